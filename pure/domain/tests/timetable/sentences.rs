//! The question of editors: why is this on the screen?

use std::collections::BTreeMap;

use domain::rows::Rows;
use domain::schedule::Schedule;
use domain::timetable::{Nothing, Playing, Target, Verdict, explain};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::build;

const SHOP: &str = r#"{
  "installation": {"@installation": {"name": "Harbour Pier 3", "zone": "Europe/Berlin"}},
  "viewer": {"@gate": {"name": "Gate 4"}},
  "group": {"@berlin": {"name": "Berlin"}, "@all-shops": {"name": "All shops"}},
  "membership": {"@m1": {"group": "@berlin", "member": {"viewer": "@gate"}}, "@m2": {"group": "@all-shops", "member": {"group": "@berlin"}}},
  "priority": {"@high": {"name": "High", "rank": 20}},
  "media": {"@poster": {"name": "Poster", "mime": "image/png"}, "@loop": {"name": "Lobby loop", "mime": "video/mp4", "duration_ms": 5000},
            "@early": {"name": "Early bird", "mime": "image/png", "validity": {"from": "2026-12-01T10:30:00"}}},
  "presentation": {"@draft": {"name": "Spring menu"}},
  "schedule": {
    "@sale": {"name": "Winter sale", "content": {"media": "@poster"}, "destination": {"group": "@all-shops"}, "priority": "@high", "made_at": 4,
              "when": {"from": "2026-12-01T00:00:00", "until": null, "zone": null, "recurrence": {"weekly": {"every": 1, "days": ["tu"], "window": {"start": "09:00:00", "end": "18:00:00"}}}}},
    "@menu": {"content": {"presentation": "@draft"}, "destination": "all", "priority": "@high", "made_at": 5,
              "when": {"from": "2026-12-01T17:00:00", "until": "2026-12-01T20:00:00", "zone": null, "recurrence": null}},
    "@alarm": {"name": "Evacuate", "content": {"media": "@poster"}, "destination": {"viewer": "@gate"}, "emergency": true, "made_at": 6,
              "when": {"from": "2026-12-01T15:00:00", "until": "2026-12-01T15:10:00", "zone": null, "recurrence": null}},
    "@bird": {"content": {"media": "@early"}, "destination": "all", "priority": "@high", "made_at": 3,
              "when": {"from": "2026-12-01T00:00:00", "until": null, "zone": null, "recurrence": {"weekly": {"every": 1, "days": ["tu"], "window": {"start": "08:00:00", "end": "09:00:00"}}}}},
    "@lobby": {"content": {"media": "@loop"}, "destination": "all", "made_at": 1,
              "when": {"from": "2026-01-01T00:00:00", "until": "2026-12-02T00:00:00", "zone": null, "recurrence": null}}
  }
}"#;

fn shop() -> Rows {
    build::rows(&serde_json::from_str::<Value>(&build::with_ids(SHOP, &mut BTreeMap::new())).unwrap())
}

fn at(civil: &str) -> i64 {
    format!("{civil}+01:00").parse::<Timestamp>().unwrap().as_millisecond()
}

fn check(rows: &Rows, civil: &str, expected: &str) {
    let target = Target::screen(build::viewer("@gate"));
    assert_eq!(explain(rows, &target, at(civil)).sentence(rows, &target), expected, "{civil}");
}

#[test]
fn reasons_read_like_sentences() {
    let rows = shop();
    check(&rows, "2026-12-01T12:00:00", "Winter sale, since All shops has it at High until 15:00; covers Lobby loop");
    check(
        &rows,
        "2026-12-01T15:05:00",
        "Evacuate, since this screen has it as an emergency until 15:10; covers Winter sale and Lobby loop",
    );
    check(
        &rows,
        "2026-12-01T17:30:00",
        "Winter sale, since All shops has it at High until 18:00; covers Lobby loop; Spring menu cannot play: it is not published",
    );
    check(
        &rows,
        "2026-12-01T08:30:00",
        "Lobby loop, since all screens have it until 09:00; Early bird cannot play: nothing of it is valid at this time",
    );
    check(&rows, "2026-11-30T20:00:00", "Lobby loop, since all screens have it until 1 December 2026, 09:00");
    check(
        &rows,
        "2026-12-02T08:00:00",
        "The standby page, since nothing is scheduled that could play and there is no fallback until 8 December 2026, 08:00",
    );
}

#[test]
fn the_fallback_says_that_it_is_one() {
    let mut rows = shop();
    build::put(&mut rows, "viewer", build::id("@gate"), &json!({"fallback": {"media": build::id("@loop")}}));
    check(&rows, "2026-12-02T08:00:00", "Lobby loop as fallback, since nothing else can play until 8 December 2026, 08:00");
}

#[test]
fn every_row_that_reaches_the_viewer_has_a_verdict_and_a_path() {
    let rows = shop();
    let why = explain(&rows, &Target::screen(build::viewer("@gate")), at("2026-12-01T17:30:00"));
    let sale = build::id("@sale").into();
    assert_eq!(why.playing, Playing::Row(sale));
    assert_eq!(why.until, Some(at("2026-12-01T18:00:00")));
    let verdict = |name: &str| {
        let candidate = why.candidates.iter().find(|candidate| candidate.row == build::id(name).into()).unwrap();
        (candidate.verdict, candidate.path.clone())
    };
    let path = vec![build::id("@berlin").into(), build::id("@all-shops").into()];
    assert_eq!(verdict("@sale"), (Verdict::Plays, path));
    assert_eq!(verdict("@menu"), (Verdict::NothingToPlay(Nothing::Unpublished), vec![]));
    assert_eq!(verdict("@alarm"), (Verdict::Ended, vec![]));
    assert_eq!(verdict("@bird"), (Verdict::NotNow { next: at("2026-12-08T08:00:00") }, vec![]));
    assert_eq!(verdict("@lobby"), (Verdict::CoveredBy(sale), vec![]));
    let order: Vec<bool> = why.candidates.iter().map(|candidate| candidate.emergency).collect();
    assert_eq!(order, [true, false, false, false, false], "the strongest first");
    let early = explain(&rows, &Target::screen(build::viewer("@gate")), at("2026-12-01T08:30:00"));
    let bird = early.candidates.iter().find(|candidate| candidate.row == build::id("@bird").into()).unwrap();
    let next = Some(at("2026-12-01T10:30:00"));
    assert_eq!(bird.verdict, Verdict::NothingToPlay(Nothing::NotValid { next }));
}

#[test]
fn a_row_whose_content_is_gone_says_so() {
    for (media, nothing) in [
        (None, Nothing::Missing),
        (Some(json!({"mime": "image/png", "trashed_at": 4})), Nothing::Trashed),
        (Some(json!({"mime": "video/mp4"})), Nothing::Empty),
    ] {
        let mut rows = Rows::default();
        let id = build::id("@photo");
        if let Some(cells) = media {
            build::put(&mut rows, "media", id, &cells);
        }
        let row = json!({"content": {"media": id}, "destination": "all"});
        build::put(&mut rows, "schedule", build::id("@row"), &row);
        build::insert(
            &mut rows,
            build::id("@blank"),
            &Schedule { destination: Some(domain::content::Destination::All), ..Schedule::default() },
        );
        let why = explain(&rows, &Target::screen(build::viewer("@gate")), 0);
        let verdicts: Vec<Verdict> = why.candidates.iter().map(|candidate| candidate.verdict).collect();
        assert_eq!(why.playing, Playing::Standby);
        assert!(verdicts.contains(&Verdict::NothingToPlay(nothing)), "{verdicts:?}");
        assert!(verdicts.contains(&Verdict::NothingToPlay(Nothing::NotChosen)), "{verdicts:?}");
    }
}
