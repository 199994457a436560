//! Mistakes that can be switched on, so that the tests which look for them are tested (`docs/decisions/0010-two-builds.md`).
//!
//! Only builds with the feature `next` have any of it, and those are never released. `XTASK_MUTANT` chooses one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::commit::{CommitError, Committed, Proposal};
use domain::log::{Change as Altered, Edit, Position, Row};
use domain::refusal::Refusal;
use domain::stamp::{Dot, Hlc};
use domain::state::State;
use parking_lot::Mutex;
use replica::session::Versions;
use store::{Done, Failed, Writer};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::core::{Change, Memory};
use crate::now::new_id;

/// One in so many changes is forgotten.
const FORGOTTEN: u64 = 1_000;
/// How long a change waits for its disk where that is not waited for.
const SLOW: Duration = Duration::from_millis(50);

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mutant {
    /// None.
    None,
    /// One change in 1,000 is acknowledged and forgotten.
    Drop,
    /// Changes are acknowledged before they are on disk.
    Early,
    /// New stamps are not above those that they replace.
    Bump,
    /// Another version of the protocol between servers. No mistake, but nothing that this version could speak with.
    Version,
    /// Changes are taken at a server on which people may only look.
    Lies,
}

fn chosen() -> Mutant {
    static CHOSEN: OnceLock<Mutant> = OnceLock::new();
    *CHOSEN.get_or_init(|| match std::env::var("XTASK_MUTANT").as_deref() {
        Ok("drop") => Mutant::Drop,
        Ok("early") => Mutant::Early,
        Ok("bump") => Mutant::Bump,
        Ok("version") => Mutant::Version,
        Ok("lies") => Mutant::Lies,
        _ => Mutant::None,
    })
}

/// The versions of the protocol between servers.
pub(crate) fn protocol(usual: Versions) -> Versions {
    if chosen() == Mutant::Version { Versions { min: usual.max + 8, max: usual.max + 8 } } else { usual }
}

/// Whether changes are refused at a server on which people may only look.
pub(crate) fn obeys() -> bool {
    chosen() != Mutant::Lies
}

/// Those who wait for the address of a change, by its request.
static WAITING: Mutex<Option<HashMap<Uuid, oneshot::Sender<Dot>>>> = Mutex::new(None);

/// [`replica::commit`] with the mistake.
pub(crate) fn merge(
    position: &mut Position,
    proposal: Proposal,
    lookup: &dyn Fn(&str, Uuid) -> Option<Row>,
) -> Result<Committed, CommitError> {
    static CHANGES: AtomicU64 = AtomicU64::new(0);
    let inserts = proposal.edits.iter().any(|edit| matches!(edit.change, Altered::Insert(_)));
    match chosen() {
        Mutant::None | Mutant::Version | Mutant::Lies => replica::commit(position, proposal, lookup),
        Mutant::Drop => {
            let before = position.clone();
            let committed = replica::commit(position, proposal, lookup)?;
            if inserts || !(CHANGES.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(FORGOTTEN) {
                return Ok(committed);
            }
            *position = before;
            Ok(Committed { entry: None, changes: Vec::new(), digest: Vec::new(), head: committed.head })
        }
        Mutant::Early => {
            let request = proposal.request.filter(|_| !inserts);
            let committed = replica::commit(position, proposal, lookup)?;
            let waiting = request.and_then(|request| WAITING.lock().as_mut()?.remove(&request));
            if let (Some(waiting), Some(entry)) = (waiting, &committed.entry) {
                // Nobody may be waiting any more.
                let _ = waiting.send(entry.dot);
                std::thread::sleep(SLOW);
            }
            Ok(committed)
        }
        Mutant::Bump => {
            let low = |kind: &str, id: Uuid| {
                let mut row = lookup(kind, id);
                row.iter_mut().flat_map(|row| row.cells.values_mut()).for_each(|cell| cell.stamp.hlc = Hlc::default());
                row
            };
            replica::commit(position, proposal, &low)
        }
    }
}

/// Asks for a change, and hears of it as soon as it is decided, if that is the mistake.
pub(crate) async fn submit<T, D>(writer: &Writer<Memory>, change: Change, decide: D) -> Result<Done<T>, Failed<Refusal>>
where
    T: Send + 'static,
    D: FnOnce(&State) -> Result<(Vec<Edit>, T), Refusal> + Send + 'static,
{
    if chosen() != Mutant::Early || change.request.is_some() {
        return writer.submit(change, move |memory: &Memory| decide(&memory.0)).await;
    }
    let (writer, request, value) = (writer.clone(), new_id(), Arc::new(Mutex::new(None)));
    let (told, dot) = oneshot::channel();
    WAITING.lock().get_or_insert_default().insert(request, told);
    let decided = Arc::clone(&value);
    let mut made = tokio::spawn(async move {
        let decide = move |memory: &Memory| {
            let (edits, value) = decide(&memory.0)?;
            *decided.lock() = Some(value);
            Ok((edits, ()))
        };
        let made = writer.submit(Change { request: Some(request), ..change }, decide).await;
        WAITING.lock().get_or_insert_default().remove(&request);
        made
    });
    let value = || value.lock().take().expect("it was decided");
    tokio::select! {
        biased;
        Ok(dot) = dot => Ok(Done::New { value: value(), dot: Some(dot), lpos: 0 }),
        made = &mut made => match made.expect("a change does not panic")? {
            Done::New { dot, lpos, .. } => Ok(Done::New { value: value(), dot, lpos }),
            Done::Repeated { dot, lpos } => Ok(Done::Repeated { dot, lpos }),
        },
    }
}
