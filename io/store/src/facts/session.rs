//! Sign-in sessions. Only a hash of the token is stored.

use uuid::Uuid;

use super::Facts;
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::facts::{
    ADD_SESSION, DROP_SESSION, DROP_USER_SESSIONS, EXPIRE_SESSIONS, ONE_SESSION, TOUCH_SESSION, USER_SESSIONS,
};

/// How much the time of last use may lag behind, in milliseconds: so often at most a session in use costs a transaction.
pub const SEEN_STEP_MS: i64 = 60_000;

/// A browser that somebody has signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Hash of the token in the cookie.
    pub token_hash: Vec<u8>,
    /// Who signed in.
    pub user: Uuid,
    /// What forms must carry.
    pub csrf: String,
    /// When it began, Unix milliseconds.
    pub created: i64,
    /// When it was last used, give or take [`SEEN_STEP_MS`].
    pub seen: i64,
    /// When it ends.
    pub expires: i64,
}

/// A row of the table.
type Row = (Vec<u8>, Uuid, String, i64, i64, i64);

fn session((token_hash, user, csrf, created, seen, expires): Row) -> Session {
    Session { token_hash, user, csrf, created, seen, expires }
}

impl Facts {
    /// Starts a session.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn add_session(&self, session: Session) -> Result<(), Error> {
        let values = vec![
            session.token_hash.into(),
            session.user.into(),
            session.csrf.into(),
            session.created.into(),
            session.seen.into(),
            session.expires.into(),
        ];
        self.write(Batch::one(ADD_SESSION, values)).await
    }

    /// The session of a token, if it has not run out at Unix time `now` in milliseconds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn session(&self, token_hash: &[u8], now: i64) -> Result<Option<Session>, Error> {
        let row: Option<Row> = with_db!(&self.db, pool =>
            sqlx::query_as(ONE_SESSION).bind(token_hash).bind(now).fetch_optional(pool).await?);
        Ok(row.map(session))
    }

    /// The sessions of a user that have not run out, newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn user_sessions(&self, user: Uuid, now: i64) -> Result<Vec<Session>, Error> {
        let rows: Vec<Row> =
            with_db!(&self.db, pool => sqlx::query_as(USER_SESSIONS).bind(user).bind(now).fetch_all(pool).await?);
        Ok(rows.into_iter().map(session).collect())
    }

    /// Notes that a session was used; costs nothing if that was noted less than [`SEEN_STEP_MS`] ago.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn touch_session(&self, session: &Session, now: i64) -> Result<(), Error> {
        let due = now - SEEN_STEP_MS;
        if session.seen > due {
            return Ok(());
        }
        self.write(Batch::one(TOUCH_SESSION, vec![session.token_hash.clone().into(), now.into(), due.into()])).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn drop_session(&self, token_hash: &[u8]) -> Result<(), Error> {
        self.write(Batch::one(DROP_SESSION, vec![token_hash.to_vec().into()])).await
    }

    /// Ends all sessions of a user, but the one with the token hash `except`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn drop_user_sessions(&self, user: Uuid, except: Option<&[u8]>) -> Result<(), Error> {
        // No token hash is empty, so that an empty one spares none.
        let except = except.unwrap_or_default().to_vec();
        self.write(Batch::one(DROP_USER_SESSIONS, vec![user.into(), except.into()])).await
    }

    /// Forgets sessions that have run out at Unix time `now` in milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn expire_sessions(&self, now: i64) -> Result<(), Error> {
        self.write(Batch::one(EXPIRE_SESSIONS, vec![now.into()])).await
    }
}
