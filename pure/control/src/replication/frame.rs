//! Frames of a session.

use domain::stamp::Dot;
use replica::incarnation::Fork;
use replica::session::{Epoch, Frame, Heartbeat, Hello, Mode, Role, SnapshotOffer, Versions};

use super::histories::{
    actor, bytes, dot, ends, fixed, id, mark, read_actor, read_dot, read_ends, read_mark, read_vector, vector,
};
use super::{Garbled, entries, reason};
use crate::v1;
use crate::v1::replication_frame::Frame as Message;
use crate::v1::replication_mode::Mode as ModeMessage;

/// A frame as a message.
#[must_use]
pub fn write(frame: &Frame) -> v1::ReplicationFrame {
    let message = match frame {
        Frame::Hello(hello) => Message::Hello(write_hello(hello)),
        Frame::Mode(mode) => Message::Mode(write_mode(mode)),
        Frame::Ask(places) => Message::Ask(v1::ReplicationPlaces { places: places.iter().copied().map(dot).collect() }),
        Frame::Told(marks) => Message::Told(v1::ReplicationMarks { marks: marks.iter().map(mark).collect() }),
        Frame::Entries { first_lpos, entries } => Message::Entries(entries::write(*first_lpos, entries)),
        Frame::Ack(known) => Message::Ack(ends(known)),
        Frame::Credit { bytes } => Message::Credit(*bytes),
        Frame::Heartbeat(beat) => Message::Heartbeat(write_heartbeat(beat)),
        Frame::SnapshotOffer(offer) => Message::Snapshot(write_offer(offer)),
        Frame::Bye(why) => Message::Bye(reason::write(why)),
    };
    v1::ReplicationFrame { frame: Some(message) }
}

/// The frame of a message; none: it is one of a newer version, to be passed over.
///
/// # Errors
/// [`Garbled`] if a member is not what it must be.
pub fn read(message: v1::ReplicationFrame) -> Result<Option<Frame>, Garbled> {
    let Some(message) = message.frame else { return Ok(None) };
    Ok(Some(match message {
        Message::Hello(hello) => Frame::Hello(Box::new(read_hello(hello)?)),
        Message::Mode(v1::ReplicationMode { mode: None }) => return Ok(None),
        Message::Mode(v1::ReplicationMode { mode: Some(mode) }) => Frame::Mode(match mode {
            ModeMessage::Stream(_) => Mode::Stream,
            ModeMessage::SnapshotFirst(_) => Mode::SnapshotFirst,
            ModeMessage::Hold(why) => Mode::Hold(reason::read_hold(why)?),
        }),
        Message::Ask(asked) => Frame::Ask(asked.places.into_iter().map(read_dot).collect::<Result<_, _>>()?),
        Message::Told(told) => Frame::Told(told.marks.into_iter().map(read_mark).collect::<Result<_, _>>()?),
        Message::Entries(batch) => {
            let (first_lpos, entries) = entries::read(batch)?;
            Frame::Entries { first_lpos, entries }
        }
        Message::Ack(known) => Frame::Ack(read_ends(known)?),
        Message::Credit(bytes) => Frame::Credit { bytes },
        Message::Heartbeat(beat) => Frame::Heartbeat(Box::new(read_heartbeat(beat)?)),
        Message::Snapshot(offer) => Frame::SnapshotOffer(SnapshotOffer {
            hash: fixed(&offer.hash)?,
            bytes: offer.bytes,
            rows: offer.rows,
            vector: read_vector(offer.vector)?,
        }),
        Message::Bye(why) => Frame::Bye(reason::read(why)?),
        // What goes beside the log is none of the machine's business.
        Message::Fed(_)
        | Message::Rows(_)
        | Message::Condition(_)
        | Message::Sums(_)
        | Message::Summands(_)
        | Message::Want(_)
        | Message::Piece(_)
        | Message::Others(_)
        | Message::Wake(_)
        | Message::Woken(_)
        | Message::Word(_) => return Ok(None),
    }))
}

fn write_hello(hello: &Hello) -> v1::ReplicationHello {
    v1::ReplicationHello {
        installation: bytes(hello.installation),
        actor: Some(actor(hello.actor)),
        boot_nonce: bytes(hello.boot_nonce),
        protocol_min: hello.protocol.min,
        protocol_max: hello.protocol.max,
        schema: hello.schema,
        role: write_role(hello.role).into(),
        epoch: Some(write_epoch(hello.epoch)),
        ends: Some(ends(&hello.ends)),
        floor: vector(&hello.floor),
        forked: hello.forked.map(|fork| dot(Dot { actor: fork.actor, seq: fork.common })),
        credit: hello.credit,
        time_ms: hello.time_ms,
    }
}

fn read_hello(hello: v1::ReplicationHello) -> Result<Hello, Garbled> {
    Ok(Hello {
        installation: id(&hello.installation)?,
        actor: read_actor(hello.actor)?,
        boot_nonce: id(&hello.boot_nonce)?,
        protocol: Versions { min: hello.protocol_min, max: hello.protocol_max },
        schema: hello.schema,
        role: read_role(hello.role),
        epoch: read_epoch(hello.epoch)?,
        ends: read_ends(hello.ends.unwrap_or_default())?,
        floor: read_vector(hello.floor)?,
        forked: hello.forked.map(read_dot).transpose()?.map(|at| Fork { actor: at.actor, common: at.seq }),
        credit: hello.credit,
        time_ms: hello.time_ms,
    })
}

fn write_mode(mode: &Mode) -> v1::ReplicationMode {
    let mode = match mode {
        Mode::Stream => ModeMessage::Stream(v1::ReplicationNothing {}),
        Mode::SnapshotFirst => ModeMessage::SnapshotFirst(v1::ReplicationNothing {}),
        Mode::Hold(why) => ModeMessage::Hold(reason::write_hold(why)),
    };
    v1::ReplicationMode { mode: Some(mode) }
}

fn write_heartbeat(beat: &Heartbeat) -> v1::ReplicationHeartbeat {
    v1::ReplicationHeartbeat {
        ends: Some(ends(&beat.ends)),
        digest: beat.digest.to_be_bytes().to_vec(),
        sent_ms: beat.sent_ms,
        echo_ms: beat.echo_ms,
        kept_ms: beat.kept_ms,
        role: write_role(beat.role).into(),
        epoch: Some(write_epoch(beat.epoch)),
        free_disk: beat.free_disk,
    }
}

fn read_heartbeat(beat: v1::ReplicationHeartbeat) -> Result<Heartbeat, Garbled> {
    Ok(Heartbeat {
        ends: read_ends(beat.ends.unwrap_or_default())?,
        digest: u128::from_be_bytes(fixed(&beat.digest)?),
        sent_ms: beat.sent_ms,
        echo_ms: beat.echo_ms,
        kept_ms: beat.kept_ms,
        role: read_role(beat.role),
        epoch: read_epoch(beat.epoch)?,
        free_disk: beat.free_disk,
    })
}

fn write_offer(offer: &SnapshotOffer) -> v1::SnapshotOffer {
    v1::SnapshotOffer { hash: offer.hash.to_vec(), bytes: offer.bytes, rows: offer.rows, vector: vector(&offer.vector) }
}

fn write_role(role: Role) -> v1::ReplicationRole {
    match role {
        Role::Main => v1::ReplicationRole::Main,
        Role::Sub => v1::ReplicationRole::Sub,
        Role::Backup => v1::ReplicationRole::Backup,
    }
}

/// A role of a newer version counts as a sub, which has no duties.
fn read_role(role: i32) -> Role {
    match v1::ReplicationRole::try_from(role) {
        Ok(v1::ReplicationRole::Main) => Role::Main,
        Ok(v1::ReplicationRole::Backup) => Role::Backup,
        Ok(v1::ReplicationRole::Sub) | Err(_) => Role::Sub,
    }
}

pub(super) fn write_epoch(epoch: Epoch) -> v1::ReplicationEpoch {
    v1::ReplicationEpoch { number: epoch.number, server: bytes(epoch.server) }
}

pub(super) fn read_epoch(epoch: Option<v1::ReplicationEpoch>) -> Result<Epoch, Garbled> {
    match epoch {
        Some(epoch) => Ok(Epoch { number: epoch.number, server: id(&epoch.server)? }),
        None => Ok(Epoch::default()),
    }
}
