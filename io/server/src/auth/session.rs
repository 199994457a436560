//! Sign-in sessions: found in memory, kept on disk, so that people stay signed in over a restart.

use std::collections::BTreeMap;

use domain::id::UserId;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use store::facts::{Facts, Session};

use crate::now::{new_secret, now_ms};

/// Name of the session cookie.
pub const COOKIE_NAME: &str = "signboard_session";
/// How long a session lasts after its last use, in milliseconds: 14 days.
pub const LIFE_MS: i64 = 14 * 86_400_000;

/// All sessions of this server.
pub struct Sessions {
    facts: Facts,
    known: Mutex<BTreeMap<Vec<u8>, Session>>,
}

/// A new session: what goes into the cookie, and the rest.
pub struct Opened {
    /// The cookie's value.
    pub token: String,
    /// The session.
    pub session: Session,
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl Sessions {
    /// Sessions kept in these facts.
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        Self { facts, known: Mutex::default() }
    }

    /// Begins a session.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn open(&self, user: UserId) -> Result<Opened, store::Error> {
        let (token, now) = (new_secret(), now_ms());
        let (user, csrf) = (user.0, new_secret());
        let session = Session { token_hash: hash(&token), user, csrf, created: now, seen: now, expires: now + LIFE_MS };
        self.facts.add_session(session.clone()).await?;
        self.known.lock().insert(session.token_hash.clone(), session.clone());
        Ok(Opened { token, session })
    }

    /// The session of a cookie, if it has not ended.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn find(&self, token: &str) -> Result<Option<Session>, store::Error> {
        let (key, now) = (hash(token), now_ms());
        let known = self.known.lock().get(&key).cloned();
        let session = match known {
            Some(session) => Some(session),
            None => self.facts.session(&key, now).await?,
        };
        let Some(mut session) = session.filter(|session| session.expires > now) else {
            self.known.lock().remove(&key);
            return Ok(None);
        };
        if now - session.seen >= store::facts::SEEN_STEP_MS {
            self.facts.touch_session(&session, now).await?;
            session.seen = now;
        }
        self.known.lock().insert(key, session.clone());
        Ok(Some(session))
    }

    /// Whether a session that was found before has not ended since.
    #[must_use]
    pub fn is_open(&self, session: &Session) -> bool {
        let known = self.known.lock();
        known.get(&session.token_hash).is_some_and(|session| session.expires > now_ms())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn close(&self, session: &Session) -> Result<(), store::Error> {
        self.known.lock().remove(&session.token_hash);
        self.facts.drop_session(&session.token_hash).await
    }

    /// Ends all sessions of a user, but one.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn close_all(&self, user: UserId, except: Option<&[u8]>) -> Result<(), store::Error> {
        self.known.lock().retain(|key, session| session.user != user.0 || except == Some(key));
        self.facts.drop_user_sessions(user.0, except).await
    }
}
