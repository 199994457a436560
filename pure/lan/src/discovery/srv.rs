//! One question to the domain name system: the SRV records of a name (RFC 1035 section 4, RFC 2782).

use thiserror::Error;

const TYPE_SRV: u16 = 33;
const CLASS_IN: u16 = 1;
const MAX_RECORDS: usize = 32;
const MAX_JUMPS: usize = 16;

/// Where a service is to be had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// The lowest is tried first.
    pub priority: u16,
    /// Among equal priorities the heavier is tried more often.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host's name, without the dot at its end.
    pub host: String,
}

/// Why an answer cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SrvError {
    /// Not the answer to this question: another id or name, or not an answer at all.
    #[error("the answer belongs to another question")]
    Other,
    /// The name server refused or the name does not exist.
    #[error("the name server answered with code {0}")]
    Code(u8),
    /// Broken or cut short.
    #[error("the answer is broken")]
    Broken,
}

/// Writes the question for the SRV records of `name`, with recursion desired. `None` if the name has an empty or too long part, or is too long.
#[must_use]
pub fn question(id: u16, name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(64);
    for word in [id, 0x0100, 1, 0, 0, 0] {
        out.extend(word.to_be_bytes());
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        out.push(length);
        out.extend(label.as_bytes());
    }
    out.push(0);
    if out.len() > 12 + 255 {
        return None;
    }
    out.extend(TYPE_SRV.to_be_bytes());
    out.extend(CLASS_IN.to_be_bytes());
    Some(out)
}

/// Reads the answer to the question with this id and name. Services come in the order in which to try them.
///
/// # Errors
/// [`SrvError::Other`] for what is not its answer, [`SrvError::Code`] for a refusal, [`SrvError::Broken`] for the rest.
pub fn read(bytes: &[u8], id: u16, name: &str) -> Result<Vec<Service>, SrvError> {
    let mut reader = Reader { bytes, place: 0 };
    let header: Vec<u16> = (0..6).map(|_| reader.word()).collect::<Result<_, _>>()?;
    let [own_id, flags, questions, answers, ..] = header[..] else { return Err(SrvError::Broken) };
    if own_id != id || flags & 0x8000 == 0 || questions != 1 {
        return Err(SrvError::Other);
    }
    let asked = reader.name()?;
    if !asked.eq_ignore_ascii_case(name.strip_suffix('.').unwrap_or(name))
        || reader.word()? != TYPE_SRV
        || reader.word()? != CLASS_IN
    {
        return Err(SrvError::Other);
    }
    let code = u8::try_from(flags & 0x000f).expect("four bits fit into a byte");
    if code != 0 {
        return Err(SrvError::Code(code));
    }
    let mut services = Vec::new();
    for _ in 0..usize::from(answers).min(MAX_RECORDS) {
        reader.name()?;
        let (kind, class) = (reader.word()?, reader.word()?);
        reader.skip(4)?;
        let length = usize::from(reader.word()?);
        let end = reader.place + length;
        if kind == TYPE_SRV && class == CLASS_IN {
            let (priority, weight, port) = (reader.word()?, reader.word()?, reader.word()?);
            let host = reader.name()?;
            // A lone dot says that the service is not offered here (RFC 2782).
            if !host.is_empty() {
                services.push(Service { priority, weight, port, host });
            }
        } else {
            reader.skip(length)?;
        }
        if reader.place != end {
            return Err(SrvError::Broken);
        }
    }
    services.sort_by(|one, two| (one.priority, two.weight, &one.host).cmp(&(two.priority, one.weight, &two.host)));
    Ok(services)
}

struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, SrvError> {
        let byte = *self.bytes.get(self.place).ok_or(SrvError::Broken)?;
        self.place += 1;
        Ok(byte)
    }

    fn word(&mut self) -> Result<u16, SrvError> {
        Ok(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, count: usize) -> Result<(), SrvError> {
        self.place += count;
        if self.place > self.bytes.len() { Err(SrvError::Broken) } else { Ok(()) }
    }

    /// A name, following pointers (RFC 1035 section 4.1.4) a bounded number of times.
    fn name(&mut self) -> Result<String, SrvError> {
        let mut name = String::new();
        let mut jumps = 0;
        let mut back = None;
        loop {
            let length = self.byte()?;
            match length & 0xc0 {
                0 if length == 0 => break,
                0 => {
                    let label = self.bytes.get(self.place..self.place + usize::from(length)).ok_or(SrvError::Broken)?;
                    self.place += usize::from(length);
                    let label = std::str::from_utf8(label)
                        .ok()
                        .filter(|label| label.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.'));
                    if !name.is_empty() {
                        name.push('.');
                    }
                    name.push_str(label.ok_or(SrvError::Broken)?);
                }
                0xc0 => {
                    let place = usize::from(length & 0x3f) << 8 | usize::from(self.byte()?);
                    back = back.or(Some(self.place));
                    jumps += 1;
                    self.place = place;
                }
                _ => return Err(SrvError::Broken),
            }
            if jumps > MAX_JUMPS || name.len() > 255 {
                return Err(SrvError::Broken);
            }
        }
        self.place = back.unwrap_or(self.place);
        Ok(name)
    }
}

/// Reads arbitrary bytes as an answer, for a fuzz target.
pub(crate) fn digest(bytes: &[u8]) {
    if let Some(&[high, low]) = bytes.get(..2) {
        let _ = read(bytes, u16::from_be_bytes([high, low]), "_signboard._tcp.example");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "_signboard._tcp.example";

    fn answer(records: &[(u16, u16, u16, &[u8])]) -> Vec<u8> {
        let mut bytes = question(0x1234, NAME).unwrap();
        bytes[2] = 0x81;
        bytes[7] = u8::try_from(records.len()).unwrap();
        for (priority, weight, port, host) in records {
            bytes.extend([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60]);
            bytes.extend(u16::try_from(6 + host.len()).unwrap().to_be_bytes());
            [priority, weight, port].iter().for_each(|word| bytes.extend(word.to_be_bytes()));
            bytes.extend(*host);
        }
        bytes
    }

    #[test]
    fn the_question_is_byte_for_byte_what_the_standard_says() {
        let expected = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x0a_signboard\x04_tcp\x07example\x00\x00\x21\x00\x01";
        assert_eq!(question(0x1234, "_signboard._tcp.example.").unwrap(), expected);
        assert_eq!(question(1, "a..b"), None);
        assert_eq!(question(1, &"a".repeat(64)), None);
        assert_eq!(question(1, &"abcdefg.".repeat(40)), None);
    }

    #[test]
    fn services_come_in_the_order_to_try() {
        // The second host ends in a pointer to "example" at byte 28.
        let bytes = answer(&[
            (20, 0, 443, b"\x01b\x00"),
            (10, 5, 8443, b"\x01a\xc0\x1c"),
            (10, 50, 443, b"\x01c\x00"),
            (0, 0, 1, b"\x00"),
        ]);
        let services = read(&bytes, 0x1234, "_SIGNBOARD._tcp.Example.").unwrap();
        let hosts: Vec<_> = services.iter().map(|service| (service.host.as_str(), service.port)).collect();
        assert_eq!(hosts, [("c", 443), ("a.example", 8443), ("b", 443)]);
    }

    #[test]
    fn foreign_refusing_and_broken_answers_are_told_apart() {
        let good = answer(&[(0, 0, 443, b"\x01a\x00")]);
        assert_eq!(read(&good, 0x1235, NAME), Err(SrvError::Other));
        assert_eq!(read(&good, 0x1234, "_signboard._tcp.test"), Err(SrvError::Other));
        assert_eq!(read(&question(0x1234, NAME).unwrap(), 0x1234, NAME), Err(SrvError::Other));
        let mut missing = answer(&[]);
        missing[3] = 3;
        assert_eq!(read(&missing, 0x1234, NAME), Err(SrvError::Code(3)));
        for end in 0..good.len() {
            assert!(read(&good[..end], 0x1234, NAME).is_err());
        }
        let circle = answer(&[(0, 0, 443, b"\xc0\x3b")]);
        assert_eq!(read(&circle, 0x1234, NAME), Err(SrvError::Broken));
    }
}
