//! What may follow the header: extension fields (RFC 7822) and a MAC (RFC 5905, section 7.3).

/// Shortest extension field, in bytes.
const SHORTEST_FIELD: usize = 16;

/// Longest MAC behind a version 4 packet, in bytes; what is longer is read as an extension field (RFC 7822, section 7.5.1.4).
const LONGEST_MAC_4: usize = 24;

/// Longest MAC behind a version 3 packet: key id and a digest of 512 bits.
const LONGEST_MAC_3: usize = 68;

/// Whether the bytes behind the header are nothing, a MAC, or extension fields with or without a MAC.
pub(super) fn is_sound(version: u8, tail: &[u8]) -> bool {
    if !tail.len().is_multiple_of(4) {
        return false;
    }
    if version < 4 {
        return tail.len() <= LONGEST_MAC_3;
    }
    let mut rest = tail;
    while rest.len() > LONGEST_MAC_4 {
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if length < SHORTEST_FIELD || !length.is_multiple_of(4) {
            return false;
        }
        let Some(next) = rest.get(length..) else { return false };
        rest = next;
    }
    // 4 is a crypto-NAK, 20 and 24 are MD5 and SHA-1; a last extension field of 16 to 24 bytes looks alike and is as harmless.
    matches!(rest.len(), 0 | 4 | 16..)
}

#[cfg(test)]
mod tests {
    use super::is_sound;

    fn field(length: u16, bytes: usize) -> Vec<u8> {
        let mut field = vec![0x01, 0x04];
        field.extend(length.to_be_bytes());
        field.resize(bytes, 0xaa);
        field
    }

    #[test]
    fn a_mac_may_follow() {
        for length in [0, 4, 20, 24] {
            assert!(is_sound(3, &vec![9; length]) && is_sound(4, &vec![9; length]), "{length}");
        }
        assert!(is_sound(3, &[9; 68]));
        for length in [1, 3, 21, 47] {
            assert!(!is_sound(3, &vec![0; length]) && !is_sound(4, &vec![0; length]), "{length}");
        }
        assert!(!is_sound(4, &[0; 8]) && !is_sound(4, &[0; 12]) && !is_sound(3, &[0; 72]));
    }

    #[test]
    fn extension_fields_must_fit() {
        assert!(is_sound(4, &field(28, 28)));
        assert!(is_sound(4, &[field(32, 32), vec![7; 20]].concat()));
        assert!(is_sound(4, &[field(16, 16), field(28, 28), vec![7; 24]].concat()));
        assert!(!is_sound(4, &field(0, 28)), "a length of nothing would never end");
        assert!(!is_sound(4, &field(32, 28)), "longer than the datagram");
        assert!(!is_sound(4, &field(30, 32)), "not a multiple of four");
        assert!(!is_sound(4, &field(12, 28)), "shorter than any field");
        assert!(!is_sound(4, &field(28, 36)), "eight bytes are left over");
    }
}
