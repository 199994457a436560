//! Reading a snapshot. Nothing in it is believed: it may be cut, damaged, or no snapshot at all.

use std::io::{self, BufReader, Read};

use domain::log::Position;
use uuid::Uuid;
use zstd::stream::read::Decoder;

use super::record::{Header, NoticeLine, Record};
use super::{FORMAT, MAX_RECORD};
use crate::actors::Actors;
use crate::codec;

/// Reads the records of a snapshot.
pub(crate) struct Reader<R: Read> {
    input: Decoder<'static, BufReader<R>>,
    header: Header,
    actors: Actors,
    position: Position,
}

impl<R: Read> Reader<R> {
    /// Reads the header. Errors are sentences without an end.
    pub(crate) fn open(mut source: R) -> Result<Self, String> {
        let mut format = [0; FORMAT.len()];
        source.read_exact(&mut format).map_err(broken)?;
        if format != FORMAT {
            return Err("it is not a snapshot of a version that this server knows".to_owned());
        }
        let mut input = Decoder::new(source).map_err(broken)?;
        let Some((b'H', header)) = record(&mut input)? else { return Err("it has no header".to_owned()) };
        let header: Header = serde_json::from_slice(&header).map_err(|_| "its header is damaged")?;
        let actors = header.actors().ok_or("its list of servers is damaged")?;
        let position = header.position(&actors).ok_or("its list of histories is damaged")?;
        Ok(Self { input, header, actors, position })
    }

    /// The installation that it belongs to.
    pub(crate) fn installation(&self) -> Uuid {
        self.header.installation
    }

    /// All actors that it names.
    pub(crate) fn actors(&self) -> &Actors {
        &self.actors
    }

    /// Where the server stood.
    pub(crate) fn position(&self) -> &Position {
        &self.position
    }

    /// The next record; there is one after each but [`Record::End`].
    pub(crate) fn next(&mut self) -> Result<Record, String> {
        let (tag, bytes) = record(&mut self.input)?.ok_or("it was cut off")?;
        match tag {
            b'D' => self.document(&bytes).ok_or_else(|| "a document is damaged".to_owned()),
            b'N' => {
                let line: Option<NoticeLine> = serde_json::from_slice(&bytes).ok();
                let notice = line.and_then(NoticeLine::notice).ok_or("a notice is damaged")?;
                Ok(Record::Notice(notice))
            }
            b'E' => {
                let end = serde_json::from_slice(&bytes).map_err(|_| "its end is damaged")?;
                // The checksum comes last.
                let more = io::copy(&mut self.input, &mut io::sink()).map_err(broken)?;
                if more > 0 { Err("it goes on after its end".to_owned()) } else { Ok(Record::End(end)) }
            }
            _ => Err("it has a part that this server does not know".to_owned()),
        }
    }

    fn document(&self, bytes: &[u8]) -> Option<Record> {
        let (length, rest) = bytes.split_first()?;
        let (kind, rest) = rest.split_at_checked(usize::from(*length))?;
        let (id, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (clk, body) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let row = codec::read_plain(str::from_utf8(body).ok()?, clk, &self.actors)?;
        Some(Record::Document(name(kind)?.to_owned(), Uuid::from_bytes(*id), row))
    }
}

/// Bytes as a name that every engine can store: PostgreSQL refuses texts with a zero byte (22021).
fn name(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok().filter(|name| !name.contains(char::is_control))
}

/// The next record as bytes; none at the end of the stream.
fn record(input: &mut impl Read) -> Result<Option<(u8, Vec<u8>)>, String> {
    let mut tag = [0];
    if input.read(&mut tag).map_err(broken)? == 0 {
        return Ok(None);
    }
    let mut length = [0; 4];
    input.read_exact(&mut length).map_err(broken)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_RECORD {
        return Err("a part of it is too large".to_owned());
    }
    // It grows as bytes come, so that a false length costs nothing.
    let mut bytes = Vec::new();
    let read = input.take(length as u64).read_to_end(&mut bytes).map_err(broken)?;
    if read < length { Err("it was cut off".to_owned()) } else { Ok(Some((tag[0], bytes))) }
}

fn broken(error: io::Error) -> String {
    format!("it could not be read ({error})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_byte_that_an_engine_refuses_is_damaged() {
        assert_eq!(name(b"group"), Some("group"));
        assert_eq!([name(b"gr\0up"), name(b"gr\xffup"), name(b"gr\nup")], [None; 3]);
    }
}
