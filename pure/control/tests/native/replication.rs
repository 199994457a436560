//! Frames of the session of two servers survive their way over the wire.

use std::collections::BTreeMap;

use control::replication::{Garbled, Token, TokenError, read, write};
use control::v1;
use control::v1::replication_entries::Batch;
use control::v1::replication_frame::Frame as Message;
use domain::log::{Action, CellWrite, Entry, Op};
use domain::stamp::{Actor, Dot, Hlc, VersionVector};
use prost::Message as _;
use replica::incarnation::Fork;
use replica::session::{End, Ends, Epoch, Frame, Heartbeat, Hello, Hold, Mark, Mode, Reason, Role, SnapshotOffer, Versions};
use serde_json::json;
use uuid::Uuid;

fn actor(n: u128) -> Actor {
    Actor { server: Uuid::from_u128(n), incarnation: 3 }
}

fn dot(n: u128, seq: u64) -> Dot {
    Dot { actor: actor(n), seq }
}

fn entry(seq: u64, text: &str) -> Entry {
    let write = CellWrite { value: json!({"b": 0.1, "a": text}), hlc: Some(Hlc(9)) };
    let set = Action::Set(BTreeMap::from([("name".to_owned(), write)]));
    let op = |action| Op { kind: "viewer".into(), id: Uuid::from_u128(8), action };
    Entry {
        dot: dot(1, seq),
        hlc: Hlc::from_unix_ms(1_790_000_000_000),
        deps: [dot(2, 4)].into_iter().collect(),
        ops: vec![op(set), op(Action::Del)],
        author: Some(Uuid::from_u128(5)),
        request: None,
        schema: 1,
        epoch: 2,
    }
}

fn ends() -> Ends {
    [(actor(1), End { seq: 7, cum_ops: 20, chain: [1; 16] }), (actor(2), End::default())].into_iter().collect()
}

fn frames() -> Vec<Frame> {
    let versions = |min, max| Versions { min, max };
    let id = Uuid::from_u128;
    let epoch = Epoch { number: 4, server: id(2) };
    let floor: VersionVector = [dot(1, 3)].into_iter().collect();
    let reasons = [
        Reason::ForeignInstallation { ours: id(1), theirs: id(2) },
        Reason::Myself,
        Reason::OtherCertificate { certificate: id(1), said: id(2) },
        Reason::Clone { server: id(3) },
        Reason::Version { ours: versions(1, 2), theirs: versions(3, 4) },
        Reason::Retired { server: id(3) },
        Reason::ReadOnly { server: id(3) },
        Reason::NewIncarnation { incarnation: 9 },
        Reason::StartOver,
        Reason::Silent,
        Reason::Duplicate,
        Reason::Stopping,
        Reason::Protocol("text".into()),
    ];
    let holds = [
        Hold::Fork { actor: actor(1), seq: 5 },
        Hold::RolledBack { known: dot(1, 5) },
        Hold::Schema { ours: 1, theirs: 3 },
        Hold::DiskFull,
        Hold::Unavailable,
        Hold::Rebuilding { actor: actor(1) },
        Hold::Other("text".into()),
    ];
    let hello = Hello {
        installation: id(1),
        actor: actor(1),
        boot_nonce: id(9),
        protocol: versions(1, 2),
        schema: 3,
        role: Role::Backup,
        epoch,
        ends: ends(),
        floor: floor.clone(),
        forked: Some(Fork { actor: actor(1), common: 6 }),
        credit: 1 << 22,
        time_ms: -5,
    };
    let heartbeat = Heartbeat {
        ends: ends(),
        digest: u128::MAX - 1,
        sent_ms: 5,
        echo_ms: 4,
        kept_ms: 3,
        role: Role::Main,
        epoch,
        free_disk: Some(0),
    };
    let mark = Mark { lpos: 4, cum_ops: 5, chain: [6; 16] };
    let mut frames = vec![
        Frame::Hello(Box::new(hello.clone())),
        Frame::Hello(Box::new(Hello { forked: None, role: Role::Sub, ..hello })),
        Frame::Mode(Mode::Stream),
        Frame::Mode(Mode::SnapshotFirst),
        Frame::Ask(vec![dot(1, 1), dot(2, 0)]),
        Frame::Told(vec![(dot(1, 1), Some(mark)), (dot(2, 0), None)]),
        Frame::Entries { first_lpos: 3, entries: vec![entry(1, "short")] },
        Frame::Entries { first_lpos: 3, entries: (1..100).map(|seq| entry(seq, "much of the same")).collect() },
        Frame::Ack(ends()),
        Frame::Credit { bytes: 77 },
        Frame::Heartbeat(Box::new(heartbeat.clone())),
        Frame::Heartbeat(Box::new(Heartbeat { free_disk: None, ..heartbeat })),
        Frame::SnapshotOffer(SnapshotOffer { hash: [3; 32], bytes: 4, rows: 5, vector: floor }),
    ];
    frames.extend(reasons.map(Frame::Bye));
    frames.extend(holds.map(|hold| Frame::Mode(Mode::Hold(hold))));
    frames
}

#[test]
fn every_frame_comes_back_as_it_was() {
    for frame in frames() {
        let bytes = write(&frame).encode_to_vec();
        let message = v1::ReplicationFrame::decode(bytes.as_slice()).unwrap();
        assert_eq!(read(message), Ok(Some(frame)));
    }
}

#[test]
fn long_batches_are_compressed_and_what_lies_about_its_length_is_refused() {
    let frame = Frame::Entries { first_lpos: 1, entries: (1..500).map(|seq| entry(seq, "much of the same")).collect() };
    let message = write(&frame);
    let Some(Message::Entries(batch)) = message.frame.clone() else { panic!("{message:?}") };
    let Some(Batch::Zstd(packed)) = &batch.batch else { panic!("not compressed") };
    assert!(packed.len() * 4 < batch.unpacked as usize, "{} of {}", packed.len(), batch.unpacked);
    let with = |unpacked| {
        let batch = v1::ReplicationEntries { unpacked, ..batch.clone() };
        read(v1::ReplicationFrame { frame: Some(Message::Entries(batch)) })
    };
    assert_eq!(with(batch.unpacked), Ok(Some(frame)));
    assert_eq!(with(batch.unpacked - 1), Err(Garbled("a batch that cannot be unpacked")));
    assert_eq!(with(u32::MAX), Err(Garbled("a batch is too long")));
}

#[test]
fn a_batch_that_is_cut_or_altered_is_refused() {
    let message = write(&Frame::Entries { first_lpos: 1, entries: vec![entry(1, "short")] });
    let Some(Message::Entries(batch)) = message.frame else { panic!() };
    let Some(Batch::Plain(plain)) = batch.batch else { panic!("short batches are not compressed") };
    let with = |plain: &[u8]| {
        let batch = v1::ReplicationEntries { first_lpos: 1, unpacked: 0, batch: Some(Batch::Plain(plain.to_vec())) };
        read(v1::ReplicationFrame { frame: Some(Message::Entries(batch)) })
    };
    assert!(with(&plain).is_ok());
    for length in 0..plain.len() {
        assert!(with(&plain[..length]).is_err(), "{length} bytes");
    }
    assert!(with(&[plain.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn what_newer_versions_say_is_passed_over_or_shown() {
    assert_eq!(read(v1::ReplicationFrame { frame: None }), Ok(None));
    let bye = v1::ReplicationReason { code: "tomorrow".into(), message: "Wait.".into(), ..Default::default() };
    let bye = v1::ReplicationFrame { frame: Some(Message::Bye(bye)) };
    assert_eq!(read(bye), Ok(Some(Frame::Bye(Reason::Protocol("Wait.".into())))));
}

#[test]
fn a_token_is_one_line_and_says_what_is_wrong_with_it() {
    let servers =
        vec![v1::Server { host: "10.0.0.5".into(), control_port: 7237, https_port: 443, http_port: 80, ..v1::Server::default() }];
    let token = Token { secret: [1; 20], authority: [2; 32], servers };
    let text = token.to_string();
    assert!(text.starts_with("sbs_") && text.len() < 200 && text.is_ascii() && !text.contains(char::is_whitespace));
    assert_eq!(format!(" {text}\n").parse(), Ok(token));
    assert_eq!("sbe_1234".parse::<Token>(), Err(TokenError::Foreign));
    for length in 4..text.len() {
        assert_eq!(text[..length].parse::<Token>(), Err(TokenError::Damaged), "{length} characters");
    }
}
