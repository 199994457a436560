//! Targets of the pure crates.

mod body;
mod cells;
mod commit;
mod discovery;
mod entry;
mod id;
mod mac;
mod native_session;
mod order;
mod pairing;
mod recurrence;
mod session;
mod time;
mod wake;

use crate::Target;

/// The targets, by name.
pub const TARGETS: &[Target] = &[
    Target { name: "body", run: body::run, tries: 3000 },
    Target { name: "cells", run: cells::run, tries: 2000 },
    Target { name: "commit", run: commit::run, tries: 3000 },
    Target { name: "discovery", run: discovery::run, tries: 3000 },
    Target { name: "entry", run: entry::run, tries: 5000 },
    Target { name: "id", run: id::run, tries: 5000 },
    Target { name: "mac", run: mac::run, tries: 5000 },
    Target { name: "native_session", run: native_session::run, tries: 4000 },
    Target { name: "order", run: order::run, tries: 5000 },
    Target { name: "pairing", run: pairing::run, tries: 5000 },
    Target { name: "recurrence", run: recurrence::run, tries: 1500 },
    Target { name: "session", run: session::run, tries: 4000 },
    Target { name: "time", run: time::run, tries: 3000 },
    Target { name: "wake", run: wake::run, tries: 4000 },
];

/// The input as text, where the parser takes text: bytes that are none stand as replacement characters.
fn text(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}
