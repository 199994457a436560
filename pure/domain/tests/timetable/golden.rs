//! The cases of `vectors/timetable`: rows and the slots that must come out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::rows::Rows;
use domain::timetable::{Playing, Slot, Target, explain, position, resolve};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::build;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    viewer: Uuid,
    from: Timestamp,
    until: Timestamp,
    rows: Value,
    slots: Vec<Expected>,
    #[serde(default)]
    shows: Vec<Shown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    from: Timestamp,
    until: Timestamp,
    anchor: Timestamp,
    row: String,
    items: Vec<String>,
    #[serde(default)]
    emergency: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    at: Timestamp,
    item: String,
    offset_ms: u64,
}

/// All files of a folder of vectors, with their names.
pub(crate) fn files(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| (file.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(file).unwrap()))
        .collect()
}

#[test]
fn every_case_comes_out_as_written() {
    let mut failures = Vec::new();
    let files = files("timetable");
    assert!(files.len() >= 31, "cases are missing: {}", files.len());
    for (name, text) in files {
        let mut names = BTreeMap::new();
        let case: Case = serde_json::from_str(&build::with_ids(&text, &mut names)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let rows = build::rows(&case.rows);
        let target = Target::screen(case.viewer.into());
        let slots = resolve(&rows, &target, case.from.as_millisecond(), case.until.as_millisecond());
        let (wanted, got) = (case.slots.iter().map(wanted).collect::<Vec<_>>(), slots.iter().map(line).collect::<Vec<_>>());
        if wanted != got {
            let show =
                |lines: &[String]| names.iter().fold(lines.join("\n  "), |text, (id, name)| text.replace(&id.to_string(), name));
            failures.push(format!("{name}: {}\n wanted\n  {}\n got\n  {}", case.title, show(&wanted), show(&got)));
        }
        for shown in &case.shows {
            let at = shown.at.as_millisecond();
            let slot = slots.iter().find(|slot| slot.from <= at && at < slot.until).unwrap();
            let place = position(&slot.program, slot.anchor, at).unwrap();
            let got = (slot.program.items[place.index].id.as_str(), place.offset_ms);
            assert_eq!(got, (shown.item.as_str(), shown.offset_ms), "{name} at {}", shown.at);
        }
        agree(&rows, &target, &slots, &name);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// `explain` says the same on both sides of every boundary.
fn agree(rows: &Rows, target: &Target, slots: &[Slot], name: &str) {
    for slot in slots {
        for at in [slot.from, slot.from + 1, i64::midpoint(slot.from, slot.until), slot.until - 1] {
            let why = explain(rows, target, at);
            assert_eq!((why.playing, why.anchor, &why.program), (slot.playing, slot.anchor, &*slot.program), "{name} at {at}");
        }
    }
}

fn wanted(slot: &Expected) -> String {
    format!("{} {} {} {} {:?} {}", slot.from, slot.until, slot.anchor, slot.row, slot.items, slot.emergency)
}

fn line(slot: &Slot) -> String {
    let stamp = |ms| Timestamp::from_millisecond(ms).unwrap();
    let row = match slot.playing {
        Playing::Row(row) => row.to_string(),
        Playing::Fallback => "fallback".to_owned(),
        Playing::Standby => "standby".to_owned(),
    };
    let items: Vec<&String> = slot.program.items.iter().map(|item| &item.id).collect();
    format!("{} {} {} {row} {items:?} {}", stamp(slot.from), stamp(slot.until), stamp(slot.anchor), slot.emergency)
}
