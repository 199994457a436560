//! What the writer reads from the database.

use domain::stamp::Dot;
use rusqlite::Row;
use uuid::Uuid;

use super::Group;
use crate::codec;
use crate::db::WriteConnection;
use crate::error::Error;
use crate::load::LPOS;
use crate::sql::state::{ENTRY_OF_REQUEST, LAST_ENTRY, META, ONE_DOCUMENT};

impl Group {
    /// A document as the database has it.
    pub(super) async fn document(&mut self, kind: &str, id: Uuid) -> Result<Option<domain::log::Row>, Error> {
        let found: Option<(String, Vec<u8>)> = match &mut self.connection {
            WriteConnection::Lite(lite) => {
                lite.row(ONE_DOCUMENT, &[kind.into(), id.into()], |row| Ok((row.get(0)?, row.get(1)?)))?
            }
            WriteConnection::Pg(pool) => sqlx::query_as(ONE_DOCUMENT).bind(kind).bind(id).fetch_optional(&*pool).await?,
            WriteConnection::Lent => return Err(Error::Unavailable),
        };
        let Some((body, clk)) = found else { return Ok(None) };
        let actors = self.actors.read().expect("nothing panics with this lock");
        codec::read_document((kind, id), &body, &clk, &actors, &self.sealer).map(Some)
    }

    /// The entry that an earlier request led to.
    pub(super) async fn entry_of(&mut self, request: Uuid) -> Result<Option<(Dot, i64)>, Error> {
        let found: Option<(i64, i64, i64)> = match &mut self.connection {
            WriteConnection::Lite(lite) => {
                let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                lite.row(ENTRY_OF_REQUEST, &[request.into()], read)?
            }
            WriteConnection::Pg(pool) => sqlx::query_as(ENTRY_OF_REQUEST).bind(request).fetch_optional(&*pool).await?,
            WriteConnection::Lent => return Err(Error::Unavailable),
        };
        let Some((lpos, aidx, seq)) = found else { return Ok(None) };
        let actors = self.actors.read().expect("nothing panics with this lock");
        let dot = codec::dot(aidx, seq, &actors).ok_or_else(|| Error::damaged(format!("log entry at {lpos}")))?;
        Ok(Some((dot, lpos)))
    }

    /// After a failed transaction: whether the database holds exactly what the writer believes. It may hold more if the disk failed in
    /// the middle of a commit; then only a restart helps, which reads everything anew.
    pub(super) async fn trusts_itself(&mut self) -> bool {
        let found = self.log_end().await;
        let expected = self.lpos;
        let same = found.as_ref().is_ok_and(|lpos| *lpos == expected);
        if same {
            self.suspect = false;
        } else {
            tracing::error!(?found, expected, "the database is not in the expected state");
        }
        same
    }

    /// The end of the log; 0 if there is nothing in it.
    async fn log_end(&mut self) -> Result<i64, Error> {
        let (last, kept): (Option<(i64, i64)>, Option<(String,)>) = match &mut self.connection {
            WriteConnection::Lite(lite) => (
                lite.row(LAST_ENTRY, &[], |row| Ok((row.get(0)?, row.get(1)?)))?,
                lite.row(META, &[LPOS.into()], |row| Ok((row.get(0)?,)))?,
            ),
            WriteConnection::Pg(pool) => (
                sqlx::query_as(LAST_ENTRY).fetch_optional(&*pool).await?,
                sqlx::query_as(META).bind(LPOS).fetch_optional(&*pool).await?,
            ),
            WriteConnection::Lent => return Err(Error::Unavailable),
        };
        let kept = kept.map_or(Ok(0), |(text,)| text.parse().map_err(|_| Error::damaged(LPOS)))?;
        Ok(last.map_or(0, |(lpos, _)| lpos).max(kept))
    }
}
