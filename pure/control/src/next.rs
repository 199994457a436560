//! The version after this one, as far as it can be known today: what it may add, so that programs of this version can be tried against a real
//! build of it (`docs/decisions/0010-two-builds.md`). Only builds with the feature `next` have any of it.

use std::any::TypeId;

use prost::Message;
use prost::encoding::{WireType, decode_varint, encode_key, encode_varint};

use crate::v1;

/// Number of the members that are added. This version will never use it.
const NUMBER: u32 = 1_000;
/// What they say.
const WORDS: &[u8] = b"of the version after this one";

/// A message in the wire format with a member that this version does not know, and with another one in each message of a session.
#[must_use]
pub fn grown<T: Message + 'static>(message: &T) -> Vec<u8> {
    let mut bytes = message.encode_to_vec();
    if [TypeId::of::<v1::FromViewer>(), TypeId::of::<v1::ToViewer>()].contains(&TypeId::of::<T>()) {
        bytes = inside(&bytes).unwrap_or(bytes);
    }
    add(&mut bytes);
    bytes
}

/// The one member of a message with a member added to what is inside of it.
fn inside(message: &[u8]) -> Option<Vec<u8>> {
    let mut rest = message;
    let key = decode_varint(&mut rest).ok()?;
    let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
    let mut inner = rest.get(..length)?.to_vec();
    add(&mut inner);
    let mut all = Vec::with_capacity(message.len() + inner.len() - length);
    encode_varint(key, &mut all);
    encode_varint(inner.len() as u64, &mut all);
    all.extend(inner);
    all.extend(&rest[length..]);
    Some(all)
}

fn add(message: &mut Vec<u8>) {
    encode_key(NUMBER, WireType::LengthDelimited, message);
    encode_varint(WORDS.len() as u64, message);
    message.extend(WORDS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_said_still() {
        let status = v1::Status { plan: "p".into(), uptime: 7, ..v1::Status::default() };
        let whole = v1::FromViewer { message: Some(v1::from_viewer::Message::Status(status)) };
        let bytes = grown(&whole);
        assert_eq!(bytes.windows(WORDS.len()).filter(|part| *part == WORDS).count(), 2);
        assert_eq!(v1::FromViewer::decode(bytes.as_slice()).unwrap(), whole);
        let request = v1::EnrolRequest { csr: vec![1, 2, 3], ..v1::EnrolRequest::default() };
        assert_eq!(v1::EnrolRequest::decode(grown(&request).as_slice()).unwrap(), request, "bytes are no message");
        assert_eq!(v1::ToViewer::decode(grown(&v1::ToViewer::default()).as_slice()).unwrap(), v1::ToViewer::default());
    }
}
