//! One download.

use std::sync::Arc;
use std::time::Instant;

use domain::cell::Hash;
use net::control::{Fetch, Media, Pace};

use super::Why;
use crate::cache::Cache;
use crate::neighbours::{self, Circle, Source};
use crate::planning::{Press, Want};

/// A body is at most this long, so one whose length is not known needs no more.
const LONGEST_BODY: usize = domain::body::MAX_BYTES;

/// A file to be fetched into the cache.
pub(super) struct Fetching {
    pub(super) media: Media,
    pub(super) cache: Arc<Cache>,
    pub(super) circle: Arc<Circle>,
    pub(super) pace: Arc<Pace>,
    /// Whether no limit holds the server back, so that it shows how fast it is.
    pub(super) is_free: bool,
    pub(super) want: Want,
}

impl Fetching {
    /// Fetches it: from neighbours what they have, the rest from the server. What an emergency shows comes from the server first, unless neighbours are
    /// known to be faster, and waits for nobody.
    pub(super) async fn run(self) -> Result<(), Why> {
        if self.want.bytes == 0 {
            return self.body().await;
        }
        let is_alarm = self.want.press == Press::Emergency;
        let neighbours_first = !is_alarm || self.circle.sums.neighbours_are_faster();
        if neighbours_first && self.ask_neighbours(!is_alarm).await? == Source::Neighbours {
            return self.adopt().await;
        }
        match self.ask_server().await {
            Ok(()) => {}
            Err(Why::Disk) => return Err(Why::Disk),
            Err(why) if neighbours_first => return Err(why),
            Err(why) => match self.ask_neighbours(false).await? {
                Source::Neighbours => {}
                Source::Server => return Err(why),
            },
        }
        self.adopt().await
    }

    async fn ask_neighbours(&self, may_wait: bool) -> Result<Source, Why> {
        let Want { hash, bytes, .. } = self.want;
        neighbours::fetch(&self.circle, &self.cache, hash, bytes, may_wait).await.map_err(|error| {
            tracing::warn!(%hash, %error, "a file from neighbours cannot be stored");
            Why::Disk
        })
    }

    async fn ask_server(&self) -> Result<(), Why> {
        let _fetching = self.circle.fetching(self.want.hash);
        let place = self.cache.part(&self.want.hash);
        let fetch = Fetch {
            media: &self.media,
            pace: &self.pace,
            hash: blake3::Hash::from_bytes(self.want.hash.0),
            bytes: self.want.bytes,
            partial: &place.with_extension("part"),
            place: &place,
        };
        let (sums, began) = (&self.circle.sums, Instant::now());
        let (mut before, mut come) = (None, 0);
        let fetched = fetch.run(|length: u64| {
            let more = before.map_or(0, |before| length.saturating_sub(before));
            before = Some(length);
            come += more;
            sums.add_from_server(more);
        });
        fetched.await.map_err(|fault| {
            tracing::info!(hash = %self.want.hash, %fault, "a file was not fetched");
            Why::from(&fault)
        })?;
        if self.is_free {
            sums.time_server(come, began.elapsed());
        }
        Ok(())
    }

    async fn adopt(self) -> Result<(), Why> {
        let (cache, hash) = (self.cache, self.want.hash);
        store(move || cache.adopt(&hash)).await
    }

    /// Fetches a small file whose length nobody has said.
    async fn body(self) -> Result<(), Why> {
        let hash: Hash = self.want.hash;
        let fault = |fault| {
            tracing::info!(%hash, %fault, "a body was not fetched");
            Why::from(&fault)
        };
        let mut piece = self.media.open(&blake3::Hash::from_bytes(hash.0), 0).await.map_err(fault)?;
        let mut bytes = Vec::new();
        while let Some(more) = piece.next().await.map_err(fault)? {
            self.pace.take(more.len()).await;
            self.circle.sums.add_from_server(more.len() as u64);
            bytes.extend_from_slice(&more);
            if bytes.len() > LONGEST_BODY {
                return Err(Why::Corrupt);
            }
        }
        if Hash::of(&bytes) != hash {
            return Err(Why::Corrupt);
        }
        store(move || self.cache.put(&bytes).map(drop)).await
    }
}

/// Syncing takes its time, so it happens aside.
async fn store(act: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> Result<(), Why> {
    let stored = tokio::task::spawn_blocking(act).await.unwrap_or_else(|fault| Err(std::io::Error::other(fault)));
    stored.map_err(|error| {
        tracing::warn!(%error, "a file that was fetched cannot be stored");
        Why::Disk
    })
}
