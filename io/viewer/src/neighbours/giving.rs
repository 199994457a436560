//! What neighbours are given: files that are whole, and the lists of their groups.

use std::io::SeekFrom;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::cell::Hash;
use http::{HeaderMap, StatusCode, header};
use net::control::Pace;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Circle;
use crate::cache::Cache;
use crate::screen::Library as _;

/// Files that go out at the same time.
const AT_ONCE: usize = 4;
/// How long a neighbour waits for a list; of a film it takes longer to make the first time, and the neighbour asks again.
const LISTING: Duration = Duration::from_secs(1);
/// Bytes that are read at a time.
const BLOCK: usize = 64 << 10;

/// What neighbours are given. A clone is a handle.
#[derive(Clone, Debug)]
pub(super) struct Giving {
    cache: Arc<Cache>,
    circle: Arc<Circle>,
    /// For all together.
    pace: Arc<Pace>,
    places: Arc<Semaphore>,
    /// One file is read for its list at a time.
    reading: Arc<Semaphore>,
}

/// What one neighbour is given.
#[derive(Clone)]
struct Asked {
    giving: Giving,
    key: [u8; 32],
}

impl Giving {
    /// What lies in this cache, at so many bytes per second to all together; 0 = unlimited.
    pub(super) fn new(cache: Arc<Cache>, circle: Arc<Circle>, bytes_per_second: u64) -> Self {
        let [places, reading] = [AT_ONCE, 1].map(|places| Arc::new(Semaphore::new(places)));
        Self { cache, circle, pace: Arc::new(Pace::new(bytes_per_second)), places, reading }
    }

    /// Answers a neighbour with this key.
    pub(super) fn routes(&self, key: [u8; 32]) -> Router {
        let asked = Asked { giving: self.clone(), key };
        Router::new().route("/groups/{hash}", get(groups)).route("/media/{hash}", get(media)).with_state(asked)
    }
}

impl Asked {
    /// Whether whoever asks is still a neighbour: the connection may be older than the last word of the server.
    fn is_neighbour(&self) -> bool {
        self.giving.circle.knows(&self.key)
    }
}

fn says(status: StatusCode) -> Response {
    status.into_response()
}

/// The list of a file's groups (`domain::groups`).
async fn groups(State(asked): State<Asked>, Path(hash): Path<String>) -> Response {
    let (Ok(hash), true) = (hash.parse::<Hash>(), asked.is_neighbour()) else { return says(StatusCode::NOT_FOUND) };
    let giving = &asked.giving;
    if !giving.cache.has(&hash) {
        return match giving.circle.is_coming(&hash) {
            (true, _) => begun(),
            (false, true) => says(StatusCode::ACCEPTED),
            (false, false) => says(StatusCode::NOT_FOUND),
        };
    }
    let (cache, reading) = (Arc::clone(&giving.cache), Arc::clone(&giving.reading));
    let list = tokio::spawn(async move {
        let _reading = reading.acquire().await.ok()?;
        tokio::task::spawn_blocking(move || cache.groups(&hash)).await.ok()?
    });
    match tokio::time::timeout(LISTING, list).await {
        Ok(Ok(Some(groups))) => groups.list().into_response(),
        Ok(_) => says(StatusCode::NOT_FOUND),
        // It is made all the same, and lies ready when the neighbour asks again.
        Err(_) => begun(),
    }
}

/// The file will be here, or its list.
fn begun() -> Response {
    (StatusCode::ACCEPTED, [("signboard-begun", "1")]).into_response()
}

/// A file, whole or from some byte on (RFC 9110 section 14.1.2; other ranges are not understood, and the whole is the answer to them).
async fn media(State(asked): State<Asked>, Path(hash): Path<String>, headers: HeaderMap) -> Response {
    let (Ok(hash), true) = (hash.parse::<Hash>(), asked.is_neighbour()) else { return says(StatusCode::NOT_FOUND) };
    let Ok(place) = Arc::clone(&asked.giving.places).try_acquire_owned() else { return says(StatusCode::SERVICE_UNAVAILABLE) };
    let cache = Arc::clone(&asked.giving.cache);
    let Ok(Some(path)) = tokio::task::spawn_blocking(move || cache.path(&hash)).await else { return says(StatusCode::NOT_FOUND) };
    let range =
        headers.get(header::RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    send(asked, path, range, place).await.unwrap_or_else(|_| says(StatusCode::NOT_FOUND))
}

async fn send(asked: Asked, path: PathBuf, from: Option<u64>, place: OwnedSemaphorePermit) -> std::io::Result<Response> {
    let mut file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let start = from.unwrap_or(0);
    if start > 0 && start >= length {
        return Ok(says(StatusCode::RANGE_NOT_SATISFIABLE));
    }
    file.seek(SeekFrom::Start(start)).await?;
    let body = futures::stream::unfold((file, asked, place), |(mut file, asked, place)| async move {
        let mut block = vec![0; BLOCK];
        let read = match file.read(&mut block).await {
            Ok(0) => return None,
            Ok(read) if asked.is_neighbour() => read,
            Ok(_) => return Some((Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied)), (file, asked, place))),
            Err(error) => return Some((Err(error), (file, asked, place))),
        };
        block.truncate(read);
        asked.giving.pace.take(read).await;
        asked.giving.circle.sums.add_to_neighbour(read as u64);
        Some((Ok(Bytes::from(block)), (file, asked, place)))
    });
    let mut answer = Response::builder().header(header::CONTENT_LENGTH, length - start);
    if from.is_some() {
        let part = format!("bytes {start}-{}/{length}", length.saturating_sub(1));
        answer = answer.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, part);
    }
    answer.body(Body::from_stream(body)).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use control::v1;

    use super::*;
    use crate::disk::Local;

    #[tokio::test]
    async fn whoever_asks_while_a_list_is_made_hears_that_it_will_come() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Arc::new(Cache::open(folder.path(), Arc::new(Local)).unwrap());
        let hash = cache.put(&vec![7; 2 << 20]).unwrap();
        let (circle, key) = (Arc::new(Circle::default()), [1; 32]);
        let neighbour = v1::Neighbour { key: key.to_vec(), port: 1, addresses: Vec::new() };
        circle.set(None, &v1::Neighbours { neighbours: vec![neighbour] });
        let asked = Asked { giving: Giving::new(cache, circle, 0), key };
        let ask = || groups(State(asked.clone()), Path(hash.to_string()));
        let reading = Arc::clone(&asked.giving.reading).acquire_owned().await.unwrap();
        let answer = ask().await;
        assert_eq!((answer.status(), answer.headers().contains_key("signboard-begun")), (StatusCode::ACCEPTED, true));
        drop(reading);
        assert_eq!(ask().await.status(), StatusCode::OK);
    }
}
