//! What a server knows, as viewers carry it from one server to the next: a slice of a server that knows less may be an older one.

use domain::stamp::{Actor, Dot, VersionVector};
use uuid::Uuid;

use crate::v1;

/// As it stands in messages.
#[must_use]
pub fn message(vector: &VersionVector) -> Vec<v1::Known> {
    let known =
        |dot: Dot| v1::Known { server: dot.actor.server.as_bytes().to_vec(), incarnation: dot.actor.incarnation, seq: dot.seq };
    vector.iter().map(known).collect()
}

/// What a message says. Parts that name no server are passed over.
#[must_use]
pub fn read(position: &[v1::Known]) -> VersionVector {
    let dot = |known: &v1::Known| {
        let server = Uuid::from_slice(&known.server).ok()?;
        Some(Dot { actor: Actor { server, incarnation: known.incarnation }, seq: known.seq })
    };
    position.iter().filter_map(dot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back_and_what_is_none_is_passed_over() {
        let dot = |server: u128, seq| Dot { actor: Actor { server: Uuid::from_u128(server), incarnation: 2 }, seq };
        let vector: VersionVector = [dot(1, 7), dot(2, 9)].into_iter().collect();
        let mut position = message(&vector);
        assert_eq!(read(&position), vector);
        position.push(v1::Known { server: vec![1; 3], incarnation: 1, seq: 99 });
        assert_eq!(read(&position), vector);
        assert!(vector.covers_all(&read(&[])), "who says nothing is served");
    }
}
