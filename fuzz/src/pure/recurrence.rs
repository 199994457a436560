//! A row's time, as requests and cells hold it.

use domain::cell::ZoneName;
use domain::civil::Zone;
use domain::recurrence::{Occurrences, Words};
use domain::schedule::When;

/// The year 2026, Unix milliseconds.
const FROM: i64 = 1_767_225_600_000;
const UNTIL: i64 = 1_798_761_600_000;

/// Occurrences are in order, apart from each other and not empty, wherever the zone; the rule has words; the cell reads as written.
pub(super) fn run(data: &[u8]) {
    let Ok(when) = serde_json::from_slice::<When>(data) else { return };
    let written = serde_json::to_vec(&when).expect("plain data");
    assert_eq!(serde_json::from_slice::<When>(&written).ok().as_ref(), Some(&when));
    assert!(!Words::of(&when).to_string().is_empty());
    for name in ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"] {
        let name: ZoneName = name.parse().expect("zones that exist");
        let (single, many) = (Zone::of(&name), Zone::around(&name, FROM, UNTIL));
        let occurrences: Vec<_> = Occurrences::of(&when, &many).between(FROM, UNTIL).take(1_000).collect();
        assert!(occurrences.iter().all(|one| one.from < one.until && one.until > FROM && one.from < UNTIL));
        assert!(occurrences.windows(2).all(|pair| pair[0].until <= pair[1].from));
        let first = occurrences.first().copied();
        assert_eq!(Occurrences::of(&when, &single).next_after(FROM).filter(|one| one.from < UNTIL), first);
    }
}
