//! Where in a program a screen stands at an instant: a function of time alone, so that screens agree without talking.

use super::program::{Program, Shuffle};

/// A place in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Index of the item in [`Program::items`].
    pub index: usize,
    /// How long the item has stood, in milliseconds.
    pub offset_ms: u64,
    /// The how-manieth round since the anchor, from 0; negative before the anchor.
    pub cycle: i64,
}

/// The place in the program at an instant; none if the program is empty or takes no time. Times are Unix milliseconds.
///
/// Section 3 of `docs/protocols/viewer-session.md`; golden cases in `vectors/position`.
#[must_use]
pub fn position(program: &Program, anchor: i64, at: i64) -> Option<Position> {
    let length = i128::from(program.length_ms());
    if length == 0 {
        return None;
    }
    let since = i128::from(at) - i128::from(anchor);
    let cycle = i64::try_from(since.div_euclid(length)).ok()?;
    let mut left = u64::try_from(since.rem_euclid(length)).ok()?;
    let order: Vec<usize> = match &program.shuffle {
        Some(shuffle) => order(shuffle, cycle),
        None => (0..program.items.len()).collect(),
    };
    for index in order {
        let duration = program.items.get(index)?.duration_ms;
        if left < duration {
            return Some(Position { index, offset_ms: left, cycle });
        }
        left -= duration;
    }
    None
}

/// The indexes of the items in the order of this round.
fn order(shuffle: &Shuffle, cycle: i64) -> Vec<usize> {
    let mut blocks: Vec<&Vec<usize>> = shuffle.blocks.iter().collect();
    let mut state = match fnv_1a(format!("{}:{cycle}", shuffle.seed).as_bytes()) {
        0 => 1,
        seed => seed,
    };
    for last in (1..blocks.len()).rev() {
        state = xorshift(state);
        let drawn = u64::from(state) % (last as u64 + 1);
        blocks.swap(last, drawn as usize);
    }
    blocks.into_iter().flatten().copied().collect()
}

/// FNV-1a with 32 bits (draft-eastlake-fnv, section 2).
fn fnv_1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The next number after `state`, which is not 0 (Marsaglia, "Xorshift RNGs", 2003: 13, 17, 5).
fn xorshift(mut state: u32) -> u32 {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_and_the_numbers_are_the_published_ones() {
        assert_eq!(fnv_1a(b""), 0x811c_9dc5);
        assert_eq!(fnv_1a(b"foobar"), 0xbf9c_f968);
        assert_eq!(xorshift(1), 270_369);
        assert_eq!(xorshift(270_369), 67_634_689);
    }
}
