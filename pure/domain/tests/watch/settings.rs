//! Which settings hold for which native viewer, and how they are told.

use domain::viewer_settings::{DisplayPower, Resolution, SettingsInForce, ViewerSettings, settings_in_force};
use serde_json::json;
use uuid::Uuid;

use crate::standing::fault;
use crate::{INNER, LONE, OUTER, PIER, put, state};

#[test]
fn each_member_comes_from_the_nearest_settings_that_give_it() {
    let mut state = state();
    assert_eq!(settings_in_force(&state, PIER), SettingsInForce::default());
    put(
        &mut state,
        "viewer_settings",
        10,
        &json!({"destination": "all", "power": "dpms", "brightness": 80, "screenshot_s": 600, "wake": true}),
    );
    let all = SettingsInForce {
        power: Some(DisplayPower::Dpms),
        brightness: Some(80),
        screenshot_s: Some(600),
        wake: Some(true),
        ..SettingsInForce::default()
    };
    assert_eq!((settings_in_force(&state, PIER), settings_in_force(&state, LONE)), (all.clone(), all.clone()));

    let outer = json!({"destination": {"group": Uuid::from_u128(OUTER)}, "power": "cec", "loudness": 0, "screenshot_s": 60, "share": true});
    put(&mut state, "viewer_settings", 11, &outer);
    put(&mut state, "viewer_settings", 12, &json!({"destination": {"group": Uuid::from_u128(INNER)}, "screenshot_s": 0}));
    let resolution = json!({"width": 1920, "height": 1080});
    let own = json!({"destination": {"viewer": PIER}, "wake": false, "resolution": resolution});
    put(&mut state, "viewer_settings", 13, &own);
    let pier = SettingsInForce {
        hours: Vec::new(),
        power: Some(DisplayPower::Cec),
        wake: Some(false),
        resolution: Some(Resolution { width: 1_920, height: 1_080, hertz: None }),
        brightness: Some(80),
        loudness: Some(0),
        screenshot_s: Some(0),
        share: Some(true),
    };
    assert_eq!(settings_in_force(&state, PIER), pier);
    assert_eq!(settings_in_force(&state, LONE), all);
}

#[test]
fn the_display_follows_the_nearest_on_hours() {
    let mut state = state();
    let weekly = |day: &str| {
        let recurrence = json!({"weekly": {"every": 1, "days": [day], "window": {"start": "07:00:00", "end": "19:30:00"}}});
        json!({"from": "2026-01-01T00:00:00", "until": null, "zone": null, "recurrence": recurrence})
    };
    put(&mut state, "on_hours", 20, &json!({"destination": "all", "when": weekly("mo")}));
    put(&mut state, "on_hours", 21, &json!({"destination": {"group": Uuid::from_u128(INNER)}, "when": weekly("tu")}));
    put(&mut state, "on_hours", 22, &json!({"destination": {"group": Uuid::from_u128(INNER)}, "when": weekly("we")}));
    let days = |viewer| -> Vec<String> {
        let told = settings_in_force(&state, viewer);
        assert_eq!(SettingsInForce::read(&told.json()), told, "it is read as it was told");
        told.hours.iter().map(|when| serde_json::to_value(when).unwrap()["recurrence"]["weekly"]["days"].to_string()).collect()
    };
    assert_eq!(days(PIER), [r#"["tu"]"#, r#"["we"]"#]);
    assert_eq!(days(LONE), [r#"["mo"]"#]);
}

#[test]
fn what_a_newer_version_says_is_passed_over_member_by_member() {
    let told = r#"{"power": "telepathy", "brightness": 70, "hours": [{"from": "soon"}], "mood": "calm", "loudness": 20}"#;
    let known = SettingsInForce { brightness: Some(70), loudness: Some(20), ..SettingsInForce::default() };
    assert_eq!(SettingsInForce::read(told), known);
    assert_eq!(SettingsInForce::read("nonsense"), SettingsInForce::default());
    assert_eq!(SettingsInForce::default().json(), "{}");
}

#[test]
fn settings_stay_within_their_ranges() {
    for (members, at) in [
        (json!({"destination": "all", "brightness": 100, "loudness": 0, "screenshot_s": 0}), ""),
        (json!({"destination": "all", "screenshot_s": 10}), ""),
        (json!({"destination": "all", "screenshot_s": 9}), "screenshot_s"),
        (json!({"destination": "all", "brightness": 0}), "brightness"),
        (json!({"destination": "all", "loudness": 101}), "loudness"),
        (json!({"destination": "all", "power": "magic"}), "power"),
        (json!({"destination": "all", "resolution": {"width": 0, "height": 1_080}}), "resolution.width"),
        (json!({"destination": "all", "resolution": {"width": 1_920, "height": 1_080, "hertz": 0}}), "resolution.hertz"),
        (json!({"brightness": 50}), "destination"),
    ] {
        assert_eq!(fault::<ViewerSettings>(Uuid::from_u128(50), &members), at, "{members}");
    }
}
