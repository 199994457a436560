//! Why a session ends or holds: a code with what belongs to it, and the sentence for those who do not know the code.

use domain::stamp::{Actor, Dot};
use replica::session::{Hold, Reason, Versions};
use uuid::Uuid;

use super::Garbled;
use super::histories::{bytes, id};
use crate::v1::ReplicationReason;

fn plain(code: &str, message: &impl ToString) -> ReplicationReason {
    ReplicationReason { code: code.to_owned(), message: message.to_string(), ..ReplicationReason::default() }
}

fn about(code: &str, message: &impl ToString, one: Uuid) -> ReplicationReason {
    ReplicationReason { one: bytes(one), ..plain(code, message) }
}

pub(super) fn write(reason: &Reason) -> ReplicationReason {
    match reason {
        Reason::ForeignInstallation { ours, theirs } => {
            ReplicationReason { other: bytes(*theirs), ..about("foreign_installation", reason, *ours) }
        }
        Reason::Myself => plain("myself", reason),
        Reason::OtherCertificate { certificate, said } => {
            ReplicationReason { other: bytes(*said), ..about("other_certificate", reason, *certificate) }
        }
        Reason::Clone { server } => about("clone", reason, *server),
        Reason::Version { ours, theirs } => ReplicationReason {
            first: ours.min,
            second: ours.max,
            third: theirs.min,
            fourth: theirs.max,
            ..plain("version", reason)
        },
        Reason::Retired { server } => about("retired", reason, *server),
        Reason::ReadOnly { server } => about("read_only", reason, *server),
        Reason::NewIncarnation { incarnation } => ReplicationReason { first: *incarnation, ..plain("new_incarnation", reason) },
        Reason::StartOver => plain("start_over", reason),
        Reason::Silent => plain("silent", reason),
        Reason::Duplicate => plain("duplicate", reason),
        Reason::Stopping => plain("stopping", reason),
        Reason::Protocol(text) => plain("protocol", text),
    }
}

/// A code of a newer version ends the session with its sentence.
pub(super) fn read(reason: ReplicationReason) -> Result<Reason, Garbled> {
    Ok(match reason.code.as_str() {
        "foreign_installation" => Reason::ForeignInstallation { ours: id(&reason.one)?, theirs: id(&reason.other)? },
        "myself" => Reason::Myself,
        "other_certificate" => Reason::OtherCertificate { certificate: id(&reason.one)?, said: id(&reason.other)? },
        "clone" => Reason::Clone { server: id(&reason.one)? },
        "version" => Reason::Version {
            ours: Versions { min: reason.first, max: reason.second },
            theirs: Versions { min: reason.third, max: reason.fourth },
        },
        "retired" => Reason::Retired { server: id(&reason.one)? },
        "read_only" => Reason::ReadOnly { server: id(&reason.one)? },
        "new_incarnation" => Reason::NewIncarnation { incarnation: reason.first },
        "start_over" => Reason::StartOver,
        "silent" => Reason::Silent,
        "duplicate" => Reason::Duplicate,
        "stopping" => Reason::Stopping,
        _ => Reason::Protocol(reason.message),
    })
}

pub(super) fn write_hold(hold: &Hold) -> ReplicationReason {
    let place = |code: &str, actor: &Actor, seq: u64| ReplicationReason {
        first: actor.incarnation,
        seq,
        ..about(code, hold, actor.server)
    };
    match hold {
        Hold::Fork { actor, seq } => place("fork", actor, *seq),
        Hold::RolledBack { known } => place("rolled_back", &known.actor, known.seq),
        Hold::Schema { ours, theirs } => ReplicationReason { first: *ours, second: *theirs, ..plain("schema", hold) },
        Hold::DiskFull => plain("disk_full", hold),
        Hold::Unavailable => plain("unavailable", hold),
        Hold::Rebuilding { actor } => place("rebuilding", actor, 0),
        Hold::Other(text) => plain("other", text),
    }
}

/// A code of a newer version holds with its sentence.
pub(super) fn read_hold(reason: ReplicationReason) -> Result<Hold, Garbled> {
    let actor = || Ok(Actor { server: id(&reason.one)?, incarnation: reason.first });
    Ok(match reason.code.as_str() {
        "fork" => Hold::Fork { actor: actor()?, seq: reason.seq },
        "rolled_back" => Hold::RolledBack { known: Dot { actor: actor()?, seq: reason.seq } },
        "schema" => Hold::Schema { ours: reason.first, theirs: reason.second },
        "disk_full" => Hold::DiskFull,
        "unavailable" => Hold::Unavailable,
        "rebuilding" => Hold::Rebuilding { actor: actor()? },
        _ => Hold::Other(reason.message),
    })
}
