//! What all servers show when all is over.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testkit::history::{Act, Cells, End, Lost, Outcome, Pending, Session, Shown};

use super::client::text;
use super::harbour::{Harbour, Place};

/// What else must be the same everywhere, besides the documents that clients work on.
const NOUNS: [&str; 5] = ["/viewers?limit=500", "/grants", "/servers", "/users", "/devices"];

/// Asks all servers, after these sessions.
pub(crate) fn end(harbour: &Harbour, sessions: &[Session]) -> anyhow::Result<End> {
    let calls = sessions.iter().flat_map(|session| &session.calls);
    let made = calls.filter_map(|call| match (&call.act, &call.outcome) {
        (Act::Make { document, .. }, Outcome::Done(_)) => Some(document.as_str()),
        _ => None,
    });
    let made: BTreeSet<&str> = made.collect();
    let servers = harbour.places.iter().map(|place| shown(harbour, place, &made)).collect::<anyhow::Result<_>>()?;
    Ok(End { servers })
}

fn shown(harbour: &Harbour, place: &Place, made: &BTreeSet<&str>) -> anyhow::Result<Shown> {
    let ask = |path: &str| harbour.ask(place, path).ok_or_else(|| anyhow::anyhow!("{} does not answer {path}", place.name));
    let mut documents = BTreeMap::new();
    let mut next = String::new();
    loop {
        let page = ask(&format!("/priorities?limit=500&sort=id{next}"))?;
        documents.extend(page["items"].as_array().into_iter().flatten().map(document));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    for noun in NOUNS {
        documents.insert(noun.to_owned(), Cells::from([("all".to_owned(), ask(noun)?["items"].to_string())]));
    }
    let mut notices = Vec::new();
    for document in made {
        let found = ask(&format!("/notices?document={document}"))?;
        notices.extend(found["items"].as_array().into_iter().flatten().map(lost));
    }
    let overview = ask("/servers/overview")?;
    let others = overview["servers"].as_array().into_iter().flatten();
    let paired = others.filter(|server| server["state"] != "own" && server["state"] != "indirect");
    let pending = |server: &Value| Pending {
        peer: text(&server["name"]),
        outgoing: server["pending_out"].as_u64(),
        incoming: server["pending_in"].as_u64(),
    };
    Ok(Shown { name: place.name.clone(), documents, notices, pending: paired.map(pending).collect() })
}

fn document(resource: &Value) -> (String, Cells) {
    let members = resource.as_object().into_iter().flatten();
    (text(&resource["id"]), members.map(|(name, value)| (name.clone(), text(value))).collect())
}

fn lost(notice: &Value) -> Lost {
    Lost {
        document: text(&notice["document"]),
        cell: text(&notice["cell"]),
        dot: text(&notice["loser"]),
        value: (!notice["value"].is_null()).then(|| text(&notice["value"])),
    }
}
