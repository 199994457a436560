//! Other servers: what they have acknowledged, and whether the log is kept for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::stamp::{Actor, Dot, VersionVector};
use uuid::Uuid;

use crate::batch::Batch;
use crate::db::{Db, with_db};
use crate::error::Error;
use crate::sql::peers::{ALL_PEERS, DROP_PEER, PUT_PEER};
use crate::store::Store;

/// How old an acknowledgement may get before it is written, in milliseconds. What a crash forgets only keeps the log a little longer.
const WRITE_AFTER_MS: i64 = 10_000;

/// Whether the log is kept for another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerState {
    /// The log is kept until it has acknowledged.
    Active,
    /// Silent for too long: the log is not kept. It may come back, and then gets the state.
    Fenced,
    /// It was removed for good.
    Retired,
}

impl PeerState {
    /// The name in the database and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Fenced => "fenced",
            Self::Retired => "retired",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Self::Active, Self::Fenced, Self::Retired].into_iter().find(|state| state.name() == name)
    }
}

/// Another server.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    /// Its id.
    pub server: Uuid,
    /// What its database contained when it last said so.
    pub acked: VersionVector,
    /// When that was, Unix milliseconds.
    pub last_seen: i64,
    /// Whether the log is kept for it.
    pub state: PeerState,
    /// Why, in words for people; empty while it is active.
    pub reason: String,
}

impl Peer {
    /// A server that was just met.
    #[must_use]
    pub fn new(server: Uuid, last_seen: i64) -> Self {
        Self { server, acked: VersionVector::default(), last_seen, state: PeerState::Active, reason: String::new() }
    }

    fn put(&self) -> Batch {
        let acked: Vec<_> = self.acked.iter().map(|dot| (dot.actor.server, dot.actor.incarnation, dot.seq)).collect();
        let acked = serde_json::to_string(&acked).expect("ids and numbers are plain data");
        let state = self.state.name().into();
        Batch::one(PUT_PEER, vec![self.server.into(), acked.into(), self.last_seen.into(), state, self.reason.clone().into()])
    }
}

/// All other servers, as the database has them or a little newer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peers(Arc<Mutex<BTreeMap<Uuid, Held>>>);

#[derive(Clone, Debug)]
struct Held {
    peer: Peer,
    /// What the database has, and since when.
    written: (VersionVector, i64),
}

impl Held {
    fn new(peer: Peer) -> Self {
        Self { written: (peer.acked.clone(), peer.last_seen), peer }
    }
}

/// A row of the table.
type Row = (Uuid, String, i64, String, String);

impl Peers {
    /// Reads the table.
    pub(crate) async fn load(db: &Db) -> Result<Self, Error> {
        let rows: Vec<Row> = with_db!(db, pool => sqlx::query_as(ALL_PEERS).fetch_all(pool).await?);
        let held = |(server, acked, last_seen, state, reason): Row| {
            let acked: Vec<(Uuid, u32, u64)> = serde_json::from_str(&acked).ok()?;
            let dot = |(server, incarnation, seq)| Dot { actor: Actor { server, incarnation }, seq };
            let acked = acked.into_iter().map(dot).collect();
            Some((server, Held::new(Peer { server, acked, last_seen, state: PeerState::of(&state)?, reason })))
        };
        let all = rows.into_iter().map(|row| held(row).ok_or_else(|| Error::damaged("list of peers")));
        Ok(Self(Arc::new(Mutex::new(all.collect::<Result<_, _>>()?))))
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<Uuid, Held>) -> T) -> T {
        look(&mut self.0.lock().expect("nothing panics with this lock"))
    }
}

impl Store {
    /// All other servers that were met and not forgotten, by id.
    #[must_use]
    pub fn peers(&self) -> Vec<Peer> {
        self.peers.with(|all| all.values().map(|held| held.peer.clone()).collect())
    }

    /// One of them.
    #[must_use]
    pub fn peer(&self, server: Uuid) -> Option<Peer> {
        self.peers.with(|all| all.get(&server).map(|held| held.peer.clone()))
    }

    /// Writes what is known of another server. Returns when it is durable.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn put_peer(&self, peer: Peer) -> Result<(), Error> {
        let batch = peer.put();
        // In memory first: from here on the log is kept for it.
        self.peers.with(|all| all.insert(peer.server, Held::new(peer)));
        self.facts().write(batch).await
    }

    /// Notes what a server says it has, at Unix time `at` in milliseconds. Its last word counts, also where it has less than before: its
    /// disk may have been set back. A server that was fenced is active again; a retired one stays retired.
    ///
    /// Not every call writes: more of the same is written after some seconds, with the next call.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn note_ack(&self, server: Uuid, acked: VersionVector, at: i64) -> Result<(), Error> {
        let batch = self.peers.with(|all| {
            let held = all
                .entry(server)
                .or_insert_with(|| Held { peer: Peer::new(server, at), written: (VersionVector::default(), i64::MIN) });
            let back = held.peer.state == PeerState::Fenced;
            if back {
                held.peer.state = PeerState::Active;
                held.peer.reason.clear();
            }
            let less = !acked.covers_all(&held.written.0);
            held.peer.acked = acked;
            held.peer.last_seen = held.peer.last_seen.max(at);
            (back || less || at.saturating_sub(held.written.1) >= WRITE_AFTER_MS).then(|| {
                held.written = (held.peer.acked.clone(), at);
                held.peer.put()
            })
        });
        match batch {
            Some(batch) => self.facts().write(batch).await,
            None => Ok(()),
        }
    }

    /// Removes a server for good: the log is not kept for it, and it may not come back under its id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it was never met; [`Error::Unavailable`] or [`Error::Full`].
    pub async fn retire_peer(&self, server: Uuid, reason: &str) -> Result<(), Error> {
        let peer = self.peer(server).ok_or_else(|| Error::NotFound { what: format!("server {server}") })?;
        self.put_peer(Peer { state: PeerState::Retired, reason: reason.to_owned(), ..peer }).await
    }

    /// Fences the active servers that were last heard of before Unix time `before` in milliseconds; returns them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn fence_silent_peers(&self, before: i64, reason: &str) -> Result<Vec<Uuid>, Error> {
        let silent = self.peers().into_iter().filter(|peer| peer.state == PeerState::Active && peer.last_seen < before);
        let mut fenced = Vec::new();
        for peer in silent {
            fenced.push(peer.server);
            self.put_peer(Peer { state: PeerState::Fenced, reason: reason.to_owned(), ..peer }).await?;
        }
        Ok(fenced)
    }

    /// Forgets a server altogether.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn forget_peer(&self, server: Uuid) -> Result<(), Error> {
        self.peers.with(|all| all.remove(&server));
        self.facts().write(Batch::one(DROP_PEER, vec![server.into()])).await
    }
}
