//! Which part of a file a request asks for (RFC 9110, section 14).

/// A part of a file: at least one byte, all within the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte, counted from 0.
    pub first: u64,
    /// Last byte, inclusive.
    pub last: u64,
}

impl ByteRange {
    /// Number of bytes, at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a range is never empty")]
    pub const fn len(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// What a `Range` field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requested {
    /// One part: 206.
    Part(ByteRange),
    /// Nothing of the file lies within the range: 416.
    Unsatisfiable,
    /// The whole file: 200. Also where the field is malformed, of another unit, or names more than one range, which a
    /// server may ignore (section 14.2).
    Whole,
}

/// Reads a `Range` field for a file of this length in bytes.
#[must_use]
pub fn requested(field: &str, length: u64) -> Requested {
    let Some((unit, set)) = field.split_once('=') else {
        return Requested::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Requested::Whole;
    }
    let mut specs = set.split(',').map(str::trim).filter(|spec| !spec.is_empty());
    let (Some(spec), None) = (specs.next(), specs.next()) else {
        return Requested::Whole;
    };
    match spec.split_once('-') {
        Some(("", suffix)) => position(suffix).map_or(Requested::Whole, |count| of_suffix(count, length)),
        Some((first, "")) => position(first).map_or(Requested::Whole, |first| part(first, u64::MAX, length)),
        Some((first, last)) => match (position(first), position(last)) {
            (Some(first), Some(last)) if first <= last => part(first, last, length),
            _ => Requested::Whole,
        },
        None => Requested::Whole,
    }
}

fn of_suffix(count: u64, length: u64) -> Requested {
    match count {
        0 => Requested::Unsatisfiable,
        count => part(length.saturating_sub(count), u64::MAX, length),
    }
}

fn part(first: u64, last: u64, length: u64) -> Requested {
    if first >= length {
        return Requested::Unsatisfiable;
    }
    Requested::Part(ByteRange { first, last: last.min(length - 1) })
}

/// `1*DIGIT`; a number that no file is long enough for counts as the largest.
fn position(digits: &str) -> Option<u64> {
    let legal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    legal.then(|| digits.parse().unwrap_or(u64::MAX))
}
