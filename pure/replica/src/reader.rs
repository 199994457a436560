//! Reads canonical bytes, refusing everything that is not exactly what was written.

use thiserror::Error;

/// Bytes that are not an entry.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("The entry is damaged at byte {offset}: expected {expected}.")]
pub struct Malformed {
    /// Where reading stopped.
    pub offset: usize,
    /// What should have been there.
    pub expected: &'static str,
}

/// A position in bytes.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// The error for the current place.
    pub(crate) fn malformed(&self, expected: &'static str) -> Malformed {
        Malformed { offset: self.offset, expected }
    }

    /// The next byte.
    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.slice(N)?.try_into().map_err(|_| self.malformed("more bytes"))
    }

    /// The next number, at most 64 bits.
    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(self.malformed("a number below 2^64"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(self.malformed("a number without padding")) } else { Ok(value) };
            }
        }
        Err(self.malformed("a number below 2^64"))
    }

    /// The next number, at most 32 bits.
    pub(crate) fn number32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.number()?).map_err(|_| self.malformed("a number below 2^32"))
    }

    /// The next text.
    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = usize::try_from(self.number()?).map_err(|_| self.malformed("a length"))?;
        std::str::from_utf8(self.slice(length)?).map_err(|_| self.malformed("UTF-8"))
    }

    /// Succeeds at the end.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.offset == self.bytes.len() { Ok(()) } else { Err(self.malformed("the end")) }
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let end = self.offset.checked_add(length).filter(|end| *end <= self.bytes.len());
        let Some(end) = end else { return Err(self.malformed("more bytes")) };
        let slice = &self.bytes[self.offset..end];
        self.offset = end;
        Ok(slice)
    }
}
