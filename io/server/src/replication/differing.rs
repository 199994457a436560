//! Two servers have the same changes and not the same data: in which documents? Part by part of the digest, then document by document,
//! so that people are told what to look at.

use std::collections::{BTreeMap, BTreeSet};

use control::v1::replication_frame::Frame as Message;
use control::v1::{ReplicationSum, ReplicationSummand, ReplicationSummands, ReplicationSums};
use domain::id::ServerId;
use domain::noun::any;
use domain::state::State;
use store::Part;
use uuid::Uuid;

use crate::app::App;

/// The most parts that are looked into at once.
const PARTS: usize = 64;
/// The most documents that are named.
const NAMED: usize = 10;

/// A document with its kind.
type Key = (String, Uuid);

/// How a document differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// It is on both, and not the same.
    Differs,
    /// Only this server has it.
    OnlyHere,
    /// Only the other one has it.
    OnlyThere,
}

/// The parts of this server's digest, to be sent.
///
/// # Errors
/// If the store cannot be read.
pub(super) async fn sums(app: &App) -> Result<Option<Message>, store::Error> {
    let digest = app.core.store().standing().digest.to_be_bytes().to_vec();
    let parts = app.core.store().sums().await?.into_iter();
    let part =
        |((kind, bucket), sum): (Part, u128)| ReplicationSum { kind, bucket: bucket.into(), sum: sum.to_be_bytes().to_vec() };
    Ok(Some(Message::Sums(ReplicationSums { digest, parts: parts.map(part).collect() })))
}

/// The answer to the parts of the other server: this one's documents where they differ; none if they do not.
///
/// # Errors
/// If the store cannot be read.
pub(super) async fn summands(app: &App, theirs: ReplicationSums) -> Result<Option<Message>, store::Error> {
    if theirs.digest == app.core.store().standing().digest.to_be_bytes() {
        return Ok(None);
    }
    let read = |part: ReplicationSum| Some(((part.kind, u16::try_from(part.bucket).ok()?), sum(&part.sum)?));
    let theirs: BTreeMap<Part, u128> = theirs.parts.into_iter().filter_map(read).collect();
    let parts = unequal(&app.core.store().sums().await?, &theirs);
    if parts.is_empty() {
        return Ok(None);
    }
    let documents = app.core.store().summands(&parts).await?.into_iter();
    let document =
        |((kind, id), sum): (Key, u128)| ReplicationSummand { kind, id: id.as_bytes().to_vec(), sum: sum.to_be_bytes().to_vec() };
    let parts = parts.into_iter().map(|(kind, bucket)| ReplicationSum { kind, bucket: bucket.into(), sum: Vec::new() });
    Ok(Some(Message::Summands(ReplicationSummands { parts: parts.collect(), documents: documents.map(document).collect() })))
}

/// Names the documents in which the two differ, where people look at the servers.
pub(super) async fn name(app: &App, server: ServerId, theirs: ReplicationSummands) {
    let part = |part: &ReplicationSum| Some((part.kind.clone(), u16::try_from(part.bucket).ok()?));
    let parts: BTreeSet<Part> = theirs.parts.iter().filter_map(part).collect();
    let ours = match app.core.store().summands(&parts).await {
        Ok(ours) => ours,
        Err(error) => return tracing::error!(%error, "in what two servers differ could not be read"),
    };
    let read = |document: ReplicationSummand| Some(((document.kind, Uuid::from_slice(&document.id).ok()?), sum(&document.sum)?));
    let theirs = theirs.documents.into_iter().filter_map(read).collect();
    let found = compared(&ours, &theirs);
    if found.is_empty() {
        return;
    }
    for ((kind, id), how) in &found {
        tracing::error!(server.id = %server, kind, document.id = %id, ?how, "two servers with the same changes differ in a document");
    }
    app.replication.alarms.differs(server, sentence(&app.core.state(), &found));
}

fn sum(bytes: &[u8]) -> Option<u128> {
    Some(u128::from_be_bytes(bytes.try_into().ok()?))
}

/// The parts whose sums differ, not more than can be looked into.
fn unequal(ours: &BTreeMap<Part, u128>, theirs: &BTreeMap<Part, u128>) -> BTreeSet<Part> {
    let all: BTreeSet<&Part> = ours.keys().chain(theirs.keys()).collect();
    all.into_iter().filter(|part| ours.get(*part) != theirs.get(*part)).take(PARTS).cloned().collect()
}

fn compared(ours: &BTreeMap<Key, u128>, theirs: &BTreeMap<Key, u128>) -> BTreeMap<Key, How> {
    let all: BTreeSet<&Key> = ours.keys().chain(theirs.keys()).collect();
    let how = |key: &Key| match (ours.get(key), theirs.get(key)) {
        (Some(ours), Some(theirs)) if ours == theirs => None,
        (Some(_), Some(_)) => Some(How::Differs),
        (Some(_), None) => Some(How::OnlyHere),
        (None, _) => Some(How::OnlyThere),
    };
    all.into_iter().filter_map(|key| Some((key.clone(), how(key)?))).collect()
}

/// What people read.
fn sentence(state: &State, found: &BTreeMap<Key, How>) -> String {
    let one = |((kind, id), how): (&Key, &How)| {
        let named = match any::name(state, kind, *id).filter(|name| !name.is_empty()) {
            Some(name) => format!("{kind} {name:?}"),
            None => format!("{kind} {id}"),
        };
        match how {
            How::Differs => named,
            How::OnlyHere => format!("{named} (only here)"),
            How::OnlyThere => format!("{named} (only there)"),
        }
    };
    let named: Vec<String> = found.iter().take(NAMED).map(one).collect();
    let more = found.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "Both servers have the same changes, but differ in: {}{more}. Nothing was altered. Change these once more on the server that is \
         right, or take the other server out and let it join anew.",
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: &str, bucket: u16, sum: u128) -> (Part, u128) {
        ((kind.to_owned(), bucket), sum)
    }

    #[test]
    fn parts_and_documents_that_differ_are_found_and_named() {
        let ours = [part("viewer", 1, 5), part("viewer", 2, 6), part("media", 1, 7)].into();
        let theirs = [part("viewer", 1, 5), part("viewer", 2, 9), part("user", 3, 1)].into();
        let found: Vec<Part> = unequal(&ours, &theirs).into_iter().collect();
        assert_eq!(found, [("media".to_owned(), 1), ("user".to_owned(), 3), ("viewer".to_owned(), 2)]);

        let key = |n: u128| ("viewer".to_owned(), Uuid::from_u128(n));
        let ours = [(key(1), 1), (key(2), 2), (key(3), 3)].into();
        let theirs = [(key(1), 1), (key(2), 7), (key(4), 4)].into();
        let found = compared(&ours, &theirs);
        let hows: Vec<(u128, How)> = found.iter().map(|((_, id), how)| (id.as_u128(), *how)).collect();
        assert_eq!(hows, [(2, How::Differs), (3, How::OnlyHere), (4, How::OnlyThere)]);
        let text = sentence(&State::default(), &found);
        assert!(text.contains("viewer 00000000-0000-0000-0000-000000000003 (only here)"), "{text}");
        assert!(text.contains("Change these once more"), "{text}");
        let many = (0..25).map(|n| (key(n), How::Differs)).collect();
        assert!(sentence(&State::default(), &many).contains(" and 15 more."));
    }
}
