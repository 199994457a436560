//! Changed inputs: the same ones for the same seed.

/// The longest input that changes may grow to, in bytes.
const LONGEST: usize = 16 * 1024;

/// Pieces at which parsers stumble.
const PIECES: [&[u8]; 24] = [
    b"0",
    b"-1",
    b"9",
    b"18446744073709551615",
    b"9223372036854775807",
    b"1e999",
    b"-",
    b",",
    b":",
    b";",
    b"=",
    b"\"",
    b"\\u0000",
    b"[",
    b"{",
    b"}",
    b"null",
    b"\r\n",
    b"%00",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x80",
    b"\xc3\xa9",
    b"\xf0\x9f\x92\xa9",
];

/// Makes inputs out of others.
#[derive(Debug)]
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// Starts a sequence.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    /// An input that is one of `inputs` with one to eight changes, or bytes out of nothing where there are none.
    pub fn next(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let pick = |place: usize| inputs.get(place).cloned().unwrap_or_default();
        let mut bytes = pick(self.below(inputs.len()));
        for _ in 0..=self.below(8) {
            let other = pick(self.below(inputs.len()));
            self.change(&mut bytes, &other);
        }
        bytes.truncate(LONGEST);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len() + 1);
        let end = (at + 1 + self.below(16)).min(bytes.len());
        match self.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, PIECES[self.below(PIECES.len())].iter().copied())),
            3 => {
                let from = self.below(other.len() + 1);
                drop(bytes.splice(at.., other[from..].iter().copied()));
            }
            4 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            kind => {
                let value = self.below(256) as u8;
                match bytes.get_mut(at) {
                    Some(byte) if kind == 5 => *byte ^= 1 << (value % 8),
                    Some(byte) => *byte = value,
                    None => bytes.push(value),
                }
            }
        }
    }

    /// A number below `limit`; 0 for 0. The generator is xorshift64 with a multiplication (Vigna, "An experimental exploration of
    /// Marsaglia's xorshift generators, scrambled").
    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let value = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        value as usize % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_inputs_and_another_one_others() {
        let inputs = [b"first input".to_vec(), b"second".to_vec()];
        let run = |seed| {
            let mut mutator = Mutator::new(seed);
            (0..200).map(|_| mutator.next(&inputs)).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert!(run(7).iter().any(|input| input.len() > 11) && run(7).iter().any(|input| input.len() < 6));
        assert!(!Mutator::new(1).next(&[]).len() > LONGEST);
    }
}
