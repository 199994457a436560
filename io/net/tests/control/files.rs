//! Verified downloads.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use net::control::{Fetch, FetchFault, Media, MediaFault, Pace};
use tempfile::TempDir;

use super::server::Server;
use super::web::File;

const LENGTH: usize = 1_000_000;

struct Place {
    server: Server,
    media: Media,
    folder: TempDir,
    bytes: Bytes,
    hash: blake3::Hash,
}

impl Place {
    async fn new() -> Self {
        let server = Server::start().await;
        let link = server.dialer().dial(std::slice::from_ref(&server.address)).await.unwrap();
        let bytes: Vec<u8> = (0..LENGTH).map(|n| (n * 7 % 253) as u8).collect();
        let hash = blake3::hash(&bytes);
        Self { server, media: link.media(""), folder: tempfile::tempdir().unwrap(), bytes: bytes.into(), hash }
    }

    fn partial(&self) -> PathBuf {
        self.folder.path().join("partial")
    }

    fn whole(&self) -> PathBuf {
        self.folder.path().join("whole")
    }

    async fn fetch(&self, arrived: impl FnMut(u64)) -> Result<(), FetchFault> {
        let (pace, partial, place) = (Pace::new(0), self.partial(), self.whole());
        let fetch =
            Fetch { media: &self.media, pace: &pace, hash: self.hash, bytes: LENGTH as u64, partial: &partial, place: &place };
        fetch.run(arrived).await
    }

    fn is_whole(&self) -> bool {
        fs::read(self.whole()).is_ok_and(|there| there == self.bytes) && !self.partial().exists()
    }

    fn asked(&self) -> Vec<String> {
        self.server.files.asked.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_file_is_fetched_and_stands_under_its_name_when_it_is_whole() {
    let place = Place::new().await;
    place.server.files.put(&place.hash, File::Whole(place.bytes.clone()));
    let mut seen = Vec::new();
    place
        .fetch(|bytes| {
            assert!(!place.whole().exists());
            seen.push(bytes);
        })
        .await
        .unwrap();
    assert!(place.is_whole() && seen.is_sorted());
    assert_eq!((seen.first(), seen.last()), (Some(&0), Some(&(LENGTH as u64))));
}

#[tokio::test]
async fn a_torn_download_goes_on_where_it_ended() {
    let place = Place::new().await;
    place.server.files.put(&place.hash, File::Torn(place.bytes.clone(), 600_000));
    let fault = place.fetch(|_| {}).await.unwrap_err();
    assert!(matches!(fault, FetchFault::Media(MediaFault::Cut(_))), "{fault}");
    let kept = fs::metadata(place.partial()).unwrap().len();
    assert!(kept > 0 && kept <= 600_000, "{kept}");
    place.fetch(|_| {}).await.unwrap();
    assert!(place.is_whole());
    assert_eq!(place.asked(), [String::new(), format!("bytes={kept}-")]);
}

#[tokio::test]
async fn what_lies_here_already_is_verified() {
    let place = Place::new().await;
    // Whole: nothing is asked.
    fs::write(place.partial(), &place.bytes).unwrap();
    place.fetch(|_| {}).await.unwrap();
    assert!(place.is_whole() && place.asked().is_empty());
    // Longer than the file: begun anew.
    place.server.files.put(&place.hash, File::Whole(place.bytes.clone()));
    fs::write(place.partial(), vec![1; LENGTH + 1]).unwrap();
    place.fetch(|_| {}).await.unwrap();
    assert!(place.is_whole());
    assert_eq!(place.asked(), [""]);
    // Spoilt: thrown away, and right the next time.
    fs::remove_file(place.whole()).unwrap();
    fs::write(place.partial(), vec![1; 1000]).unwrap();
    assert!(matches!(place.fetch(|_| {}).await, Err(FetchFault::Corrupt)));
    assert!(!place.whole().exists() && !place.partial().exists());
    place.fetch(|_| {}).await.unwrap();
    assert!(place.is_whole());
}

#[tokio::test]
async fn a_server_without_ranges_sends_the_whole() {
    let place = Place::new().await;
    place.server.files.put(&place.hash, File::WithoutRanges(place.bytes.clone()));
    fs::write(place.partial(), &place.bytes[..1000]).unwrap();
    place.fetch(|_| {}).await.unwrap();
    assert!(place.is_whole());
}

#[tokio::test]
async fn a_wrong_file_never_gets_the_name() {
    let place = Place::new().await;
    let wrong = [vec![9; LENGTH], vec![9; LENGTH - 1], vec![9; LENGTH + 1], Vec::new()];
    for bytes in wrong {
        place.server.files.put(&place.hash, File::Whole(bytes.into()));
        assert!(matches!(place.fetch(|_| {}).await, Err(FetchFault::Corrupt)));
        assert!(!place.whole().exists() && !place.partial().exists());
    }
}

#[tokio::test]
async fn an_answer_without_bytes_is_not_asked_for_again_at_once() {
    let place = Place::new().await;
    place.server.files.put(&place.hash, File::Hollow(place.bytes.clone()));
    assert!(matches!(place.fetch(|_| {}).await, Err(FetchFault::Media(MediaFault::Strange))));
    assert_eq!(place.asked().len(), 1);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let place = Place::new().await;
    assert!(matches!(place.fetch(|_| {}).await, Err(FetchFault::Media(MediaFault::NotFound))));
    place.server.files.put(&place.hash, File::Busy);
    let fault = place.fetch(|_| {}).await;
    assert!(matches!(fault, Err(FetchFault::Media(MediaFault::Busy { after })) if after == Duration::from_secs(7)));
    let link = place.server.stranger().dial(std::slice::from_ref(&place.server.address)).await.unwrap();
    assert!(matches!(link.media("").open(&place.hash, 0).await, Err(MediaFault::Denied)));
    let nowhere = place.folder.path().join("missing/partial");
    let (pace, whole) = (Pace::new(0), place.whole());
    let fetch = Fetch { media: &place.media, pace: &pace, hash: place.hash, bytes: 1, partial: &nowhere, place: &whole };
    assert!(matches!(fetch.run(|_| {}).await, Err(FetchFault::Disk(_))));
}

#[tokio::test]
async fn a_download_may_be_dropped_at_any_time() {
    let place = Place::new().await;
    place.server.files.put(&place.hash, File::Whole(place.bytes.clone()));
    // Each round is dropped at its next report of progress; in the end there is nothing left to be dropped.
    let mut rounds = 0;
    loop {
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let mut reports = 0;
        let fetching = place.fetch(|_| {
            reports += 1;
            if reports > 1 {
                tell.send(()).unwrap();
            }
        });
        tokio::select! {
            biased;
            Some(()) = told.recv() => rounds += 1,
            done = fetching => {
                done.unwrap();
                break;
            }
        }
        // One that is dropped in its last step still ends it, perhaps after the next has begun.
        assert!(fs::read(place.whole()).is_ok_and(|there| there == place.bytes) || !place.whole().exists());
    }
    assert!(rounds > 0 && place.is_whole());
}

#[tokio::test]
async fn two_that_fetch_the_same_do_not_hinder_each_other() {
    let place = Place::new().await;
    place.server.files.put(&place.hash, File::Whole(place.bytes.clone()));
    let (one, other) = tokio::join!(place.fetch(|_| {}), place.fetch(|_| {}));
    one.unwrap();
    other.unwrap();
    assert!(place.is_whole());
}
