//! A viewer that is one version newer or older than this server.

use control::native::{NativeSession, Output};
use control::v1;
use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};

use crate::rules::hello;

/// A member that this version does not have: number 1000, some bytes.
fn with_unknown_member(message: &impl prost::Message) -> Vec<u8> {
    let mut bytes = message.encode_to_vec();
    encode_key(1_000, WireType::LengthDelimited, &mut bytes);
    encode_varint(5, &mut bytes);
    bytes.extend(b"later");
    bytes
}

/// `FromViewer` with a message of that number inside.
fn wrapped(number: u32, inner: &[u8]) -> v1::FromViewer {
    let mut bytes = Vec::new();
    encode_key(number, WireType::LengthDelimited, &mut bytes);
    encode_varint(inner.len() as u64, &mut bytes);
    bytes.extend(inner);
    v1::FromViewer::decode(bytes.as_slice()).unwrap()
}

#[test]
fn a_newer_viewer_is_understood_as_far_as_this_version_goes() {
    let newer = v1::Hello { protocol_min: 1, protocol_max: 2, features: vec!["dance".into()], ..v1::Hello::default() };
    let mut session = NativeSession::new(0);
    let Output::Greeted(greeting) = session.handle(wrapped(1, &with_unknown_member(&newer)), 0) else { panic!() };
    assert_eq!((greeting.protocol, greeting.hello.protocol_max), (1, 2));
    assert_eq!(session.handle(wrapped(500, b"\x08\x01"), 10), Output::Nothing, "a message of version 2");
    let status = v1::Status { plan: "p".into(), ..v1::Status::default() };
    let taken = session.handle(wrapped(5, &with_unknown_member(&status)), 20);
    assert_eq!(taken, Output::Status(Box::new(status)), "a member of version 2 is passed over");
    let report = v1::PlanReport { plan: "p".into(), state: 17, ..v1::PlanReport::default() };
    assert_eq!(session.handle(wrapped(4, &report.encode_to_vec()), 30), Output::Nothing, "an enumerator of version 2");
}

#[test]
fn an_older_viewer_that_lacks_members_is_served() {
    // What a viewer without features, machine, start and slices would say: two numbers.
    let mut bytes = Vec::new();
    for (number, value) in [(1, 1), (2, 1)] {
        encode_key(number, WireType::Varint, &mut bytes);
        encode_varint(value, &mut bytes);
    }
    let mut session = NativeSession::new(0);
    assert!(matches!(session.handle(wrapped(1, &bytes), 0), Output::Greeted(_)));
    assert_eq!(session.handle(wrapped(5, b""), 0), Output::Status(Box::default()));
}

#[test]
fn a_newer_servers_messages_do_no_harm_to_a_viewer_of_this_version() {
    let mut bytes = Vec::new();
    encode_key(500, WireType::LengthDelimited, &mut bytes);
    encode_varint(1, &mut bytes);
    bytes.push(0);
    assert_eq!(v1::ToViewer::decode(bytes.as_slice()).unwrap().message, None);
    let welcome = v1::Welcome { protocol: 1, name: "Gate 4".into(), ..v1::Welcome::default() };
    assert_eq!(v1::Welcome::decode(with_unknown_member(&welcome).as_slice()).unwrap(), welcome);
    assert_eq!(NativeSession::new(0).handle(hello(&[]), 0), NativeSession::new(9).handle(hello(&[]), 9));
}
