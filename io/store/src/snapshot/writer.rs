//! Writing a snapshot.

use std::io::{self, Write};
use std::path::Path;

use futures::TryStreamExt;
use uuid::Uuid;
use zstd::stream::write::Encoder;

use super::record::{End, Header, NoticeLine};
use super::{FORMAT, LEVEL, Snapshot};
use crate::codec;
use crate::db::{Moment, with_moment};
use crate::error::Error;
use crate::load;
use crate::secret::may_be_sealed;
use crate::sql::state::ALL_DOCUMENTS;
use crate::store::Store;

impl Store {
    /// Writes the state of this server, a part of `installation`, to `out`: all of it belongs to one moment, while changes go on. `out`
    /// blocks the calling task; wrap a file in a [`std::io::BufWriter`].
    ///
    /// # Errors
    /// [`Error::Full`] if `out` has no room, and if the database cannot be read.
    pub async fn snapshot(&self, installation: Uuid, out: impl Write + Send) -> Result<Snapshot, Error> {
        let mut records = Records::begin(out).map_err(failed)?;
        let mut moment = Moment::begin(&self.db).await?;
        // The moment begins with the first look. Who is in its rows is in memory after it.
        let (digests, _) = load::digests(&mut moment).await?;
        let actors = self.actors.read().expect("nothing panics with this lock").clone();
        let (position, _) = load::position(&mut moment, self.standing().position.actor, &actors).await?;
        records.json(b'H', &Header::new(installation, &position, &actors))?;
        let (mut documents, mut notices) = (0, 0);
        with_moment!(&mut moment, connection => {
            let mut rows = sqlx::query_as::<_, (String, Uuid, String, Vec<u8>)>(ALL_DOCUMENTS).fetch(connection);
            while let Some((kind, id, body, clk)) = rows.try_next().await? {
                let body = if may_be_sealed(&body) {
                    codec::plain_body(&codec::read_document((&kind, id), &body, &clk, &actors, &self.sealer)?)
                } else {
                    body
                };
                records.document((&kind, id), &body, &clk).map_err(failed)?;
                documents += 1;
            }
        });
        for noticed in crate::facts::all_notices(&mut moment).await? {
            records.json(b'N', &NoticeLine::from(noticed))?;
            notices += 1;
        }
        let digest = digests.values().fold(0_u128, |sum, part| sum.wrapping_add(*part));
        records.json(b'E', &End { documents, notices, digest: format!("{digest:032x}") })?;
        let bytes = records.finish().map_err(failed)?;
        Ok(Snapshot { position, documents, bytes })
    }
}

fn failed(error: io::Error) -> Error {
    Error::file(Path::new("of the snapshot"), error)
}

/// Writes records.
struct Records<W: Write> {
    out: Encoder<'static, Counted<W>>,
}

impl<W: Write> Records<W> {
    fn begin(out: W) -> io::Result<Self> {
        let mut out = Counted { out, bytes: 0 };
        out.write_all(FORMAT)?;
        let mut out = Encoder::new(out, LEVEL)?;
        out.include_checksum(true)?;
        Ok(Self { out })
    }

    fn json(&mut self, tag: u8, value: &impl serde::Serialize) -> Result<(), Error> {
        let bytes = serde_json::to_vec(value).expect("headers and notices are plain data");
        self.record(tag, &[&bytes]).map_err(failed)
    }

    fn document(&mut self, (kind, id): (&str, Uuid), body: &str, clk: &[u8]) -> io::Result<()> {
        let length = [u8::try_from(kind.len()).expect("kinds have short names")];
        let clk_length = u32::try_from(clk.len()).expect("clocks are short").to_le_bytes();
        self.record(b'D', &[&length, kind.as_bytes(), id.as_bytes(), &clk_length, clk, body.as_bytes()])
    }

    fn record(&mut self, tag: u8, parts: &[&[u8]]) -> io::Result<()> {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        if length > super::MAX_RECORD {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a document is too large for a snapshot"));
        }
        self.out.write_all(&[tag])?;
        self.out.write_all(&(length as u32).to_le_bytes())?;
        parts.iter().try_for_each(|part| self.out.write_all(part))
    }

    fn finish(self) -> io::Result<u64> {
        let mut out = self.out.finish()?;
        out.flush()?;
        Ok(out.bytes)
    }
}

/// Counts what goes through.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
