//! What the writer reads from the database.

use domain::log::Row;
use domain::stamp::Dot;
use uuid::Uuid;

use super::Group;
use crate::codec;
use crate::db::WriteConnection;
use crate::error::Error;
use crate::sql::state::{ENTRY_OF_REQUEST, ONE_DOCUMENT, ONE_HEAD};
use crate::writer::rows::Key;

/// Runs the same query on whichever engine the writer has.
macro_rules! with_writer {
    ($writer:expr, $connection:ident => $body:expr) => {
        match $writer {
            WriteConnection::Lite(connection) => {
                let $connection = &mut **connection;
                $body
            }
            WriteConnection::Pg(pool) => {
                let $connection = &*pool;
                $body
            }
        }
    };
}

impl Group {
    /// A document as the database has it.
    pub(super) async fn document(&mut self, (kind, id): &Key) -> Result<Option<Row>, Error> {
        let found: Option<(String, Vec<u8>)> = with_writer!(&mut self.connection, connection =>
            sqlx::query_as(ONE_DOCUMENT).bind(kind).bind(id).fetch_optional(connection).await?);
        let Some((body, clk)) = found else { return Ok(None) };
        let actors = self.actors.read().expect("nothing panics with this lock");
        codec::read_document((kind, *id), &body, &clk, &actors, &self.sealer).map(Some)
    }

    /// The entry that an earlier request led to.
    pub(super) async fn entry_of(&mut self, request: Uuid) -> Result<Option<(Dot, i64)>, Error> {
        let found: Option<(i64, i64, i64)> = with_writer!(&mut self.connection, connection =>
            sqlx::query_as(ENTRY_OF_REQUEST).bind(request).fetch_optional(connection).await?);
        let Some((lpos, aidx, seq)) = found else { return Ok(None) };
        let actors = self.actors.read().expect("nothing panics with this lock");
        let actor = u32::try_from(aidx).ok().and_then(|index| actors.get(index));
        let (Some(actor), Ok(seq)) = (actor, u64::try_from(seq)) else {
            return Err(Error::damaged(format!("log entry at {lpos}")));
        };
        Ok(Some((Dot { actor, seq }, lpos)))
    }

    /// After a failed transaction: whether the database holds exactly what the writer believes. It may hold more if the disk failed in
    /// the middle of a commit; then only a restart helps, which reads everything anew.
    pub(super) async fn trusts_itself(&mut self) -> bool {
        let actor = self.position.actor;
        let aidx = self.actors.read().expect("nothing panics with this lock").index(&actor);
        let Some(aidx) = aidx else { return false };
        let query = async {
            let found: Option<(i64,)> = with_writer!(&mut self.connection, connection =>
                sqlx::query_as(ONE_HEAD).bind(i64::from(aidx)).fetch_optional(connection).await?);
            Ok::<_, sqlx::Error>(found.map_or(0, |(seq,)| seq))
        };
        let found = query.await;
        let expected = self.position.vector.get(&actor);
        let same = found.as_ref().is_ok_and(|seq| u64::try_from(*seq) == Ok(expected));
        if same {
            self.suspect = false;
        } else {
            tracing::error!(?found, expected, "the database is not in the expected state");
        }
        same
    }
}
