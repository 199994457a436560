//! Which files an emergency needs.

use domain::cell::Hash;
use domain::download::is_urgent;
use domain::state::State;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{LONE, OUTER, PIER, put, state, utc};

const PICTURE: u128 = 20;
const OTHER: u128 = 21;

fn hash(name: &str) -> Hash {
    Hash::of(name.as_bytes())
}

/// A picture and another one, the first also in a presentation that stands in a playlist.
fn library() -> State {
    let mut state = state();
    put(&mut state, "media", PICTURE, &json!({"name": "Picture", "hash": hash("picture")}));
    put(&mut state, "media", OTHER, &json!({"name": "Other", "hash": hash("other")}));
    let revision = json!({"presentation": Uuid::from_u128(22), "body": hash("body"), "media": [Uuid::from_u128(PICTURE)]});
    put(&mut state, "revision", 23, &revision);
    put(&mut state, "presentation", 22, &json!({"name": "Fire", "head": Uuid::from_u128(23)}));
    put(&mut state, "playlist", 24, &json!({"name": "List"}));
    let item = json!({"playlist": Uuid::from_u128(24), "order": "a", "content": {"presentation": Uuid::from_u128(22)}});
    put(&mut state, "playlist_item", 25, &item);
    state
}

fn row(content: &Value, destination: &Value, emergency: bool) -> Value {
    let when = json!({"from": "2026-07-01T10:00:00", "until": "2026-07-01T12:00:00", "zone": "UTC"});
    json!({"content": content, "destination": destination, "emergency": emergency, "when": when})
}

#[test]
fn what_an_emergency_shows_is_urgent_where_it_shows_it_until_it_is_over() {
    let now = utc("2026-07-01T09:00:00Z");
    let outer = json!({"group": Uuid::from_u128(OUTER)});
    for content in [
        json!({"media": Uuid::from_u128(PICTURE)}),
        json!({"presentation": Uuid::from_u128(22)}),
        json!({"revision": Uuid::from_u128(23)}),
        json!({"playlist": Uuid::from_u128(24)}),
    ] {
        let mut state = library();
        put(&mut state, "schedule", 30, &row(&content, &outer, true));
        let urgent = |viewer, name: &str, at| is_urgent(&state.rows, viewer, hash(name), at);
        assert!(urgent(PIER, "picture", now), "{content}");
        assert_eq!(urgent(PIER, "body", now), content.get("media").is_none(), "{content}");
        assert!(!urgent(PIER, "other", now) && !urgent(LONE, "picture", now), "{content}");
        assert!(!urgent(PIER, "picture", utc("2026-07-01T12:00:00Z")), "{content}: it is over");
        put(&mut state, "schedule", 30, &row(&content, &outer, false));
        assert!(!is_urgent(&state.rows, PIER, hash("picture"), now), "{content}: no emergency");
    }
}
