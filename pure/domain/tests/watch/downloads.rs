//! Which limits hold for which viewer.

use domain::download::{Policy, all_bytes_per_second, policy};
use serde_json::json;
use uuid::Uuid;

use crate::{INNER, LONE, OUTER, PIER, put, state};

#[test]
fn each_member_comes_from_the_nearest_rule_that_gives_it() {
    let mut state = state();
    assert_eq!(policy(&state, PIER), Policy::default());
    let night = json!({"daily": {"start": "22:30:00", "end": "05:00:00"}});
    put(
        &mut state,
        "download_rule",
        10,
        &json!({"destination": "all", "bytes_per_second": 1_250_000, "hours": night, "all_bytes_per_second": 5_000_000}),
    );
    let all = Policy { bytes_per_second: 1_250_000, at_once: 0, hours: Some((1_350, 300)) };
    assert_eq!((policy(&state, PIER), policy(&state, LONE)), (all, all));
    assert_eq!(all_bytes_per_second(&state), 5_000_000);

    let outer = json!({"destination": {"group": Uuid::from_u128(OUTER)}, "at_once": 2, "bytes_per_second": 500_000});
    put(&mut state, "download_rule", 11, &outer);
    assert_eq!(policy(&state, PIER), Policy { bytes_per_second: 500_000, at_once: 2, ..all });
    put(&mut state, "download_rule", 12, &json!({"destination": {"group": Uuid::from_u128(INNER)}, "bytes_per_second": 0}));
    assert_eq!(policy(&state, PIER), Policy { bytes_per_second: 0, at_once: 2, ..all }, "nearer, and without limit");
    put(&mut state, "download_rule", 13, &json!({"destination": {"viewer": PIER}, "hours": "always", "at_once": 1}));
    assert_eq!(policy(&state, PIER), Policy { bytes_per_second: 0, at_once: 1, hours: None });
    assert_eq!(policy(&state, LONE), all);
}
