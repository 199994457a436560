//! Pairing codes: six characters that nobody misreads from five metres.

/// The characters of a code: no 0, 1, I, L, O.
pub const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// Length of a code.
pub const LENGTH: usize = 6;

/// Makes a code from random bytes; each byte gives one character.
#[must_use]
pub fn from_random(bytes: [u8; LENGTH]) -> String {
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

/// The code as typed by a person: blanks and dashes dropped, small letters raised, misread characters mended. None if it is not a code.
#[must_use]
pub fn parse(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            '0' | 'O' => 'Q',
            'I' | 'L' | '1' => 'J',
            other => other,
        })
        .collect();
    (code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_being_typed() {
        let code = from_random([0, 30, 60, 90, 200, 255]);
        assert_eq!(code.len(), LENGTH);
        assert_eq!(parse(&format!(" {}-{} ", &code[..3].to_lowercase(), &code[3..])), Some(code));
        assert_eq!(parse("ABC"), None);
        assert_eq!(parse("ABC%2É"), None);
    }
}
