//! Screens that fetch from each other over loopback.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use control::v1;
use domain::cell::Hash;
use net::control::{Called, Identity, Key};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use tempfile::TempDir;
use tokio::time::timeout;

use super::*;
use crate::cache::Cache;
use crate::disk::Local;
use crate::screen::Library as _;

const MIB: usize = 1 << 20;
/// Longer than a question over loopback takes, shorter than it takes until somebody asks again.
const BRIEF: Duration = Duration::from_millis(500);

struct Screen {
    _folder: TempDir,
    cache: Arc<Cache>,
    circle: Arc<Circle>,
    identity: Identity,
    offer: Offer,
}

impl Screen {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = Arc::new(Cache::open(folder.path(), Arc::new(Local)).unwrap());
        let (circle, identity) = (Arc::new(Circle::default()), identity());
        let offer = Offer::open(0, &identity, Arc::clone(&cache), Arc::clone(&circle), 0).unwrap();
        Self { _folder: folder, cache, circle, identity, offer }
    }

    /// Hears from its server who is near.
    fn meets(&self, others: &[&Self]) {
        let neighbour = |other: &&Self| v1::Neighbour {
            key: other.identity.key.fingerprint().to_vec(),
            port: other.offer.port().into(),
            addresses: vec![Ipv4Addr::LOCALHOST.to_string()],
        };
        let told = v1::Neighbours { neighbours: others.iter().map(neighbour).collect() };
        self.circle.set(Some(self.identity.clone()), &told);
    }

    async fn fetches(&self, file: &[u8], may_wait: bool) -> Source {
        fetch(&self.circle, &self.cache, Hash::of(file), file.len() as u64, may_wait).await.unwrap()
    }

    fn file(&self, hash: &Hash) -> PathBuf {
        self.cache.path(hash).unwrap()
    }
}

fn identity() -> Identity {
    let key = Key::make();
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key.pkcs8().as_slice().into(), &PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = CertificateParams::default().self_signed(&pair).unwrap().der().to_vec();
    let [device, viewer, installation] = [(); 3].map(|()| String::new());
    Identity { key, certificate, authorities: Vec::new(), device, viewer, installation }
}

/// So many bytes that differ from MiB to MiB.
fn film(bytes: usize) -> Vec<u8> {
    let mut film = vec![0; bytes];
    blake3::Hasher::new().update(b"film").finalize_xof().fill(&mut film);
    film
}

#[tokio::test]
async fn a_file_comes_from_whoever_has_it() {
    let (one, two) = (Screen::new(), Screen::new());
    one.meets(&[&two]);
    two.meets(&[&one]);
    for file in [film(2 * MIB + MIB / 2), film(MIB), film(5)] {
        let hash = one.cache.put(&file).unwrap();
        assert_eq!(two.fetches(&file, false).await, Source::Neighbours);
        two.cache.adopt(&hash).unwrap();
        assert_eq!(std::fs::read(two.file(&hash)).unwrap(), file);
    }
    let bytes = 3 * MIB as u64 + MIB as u64 / 2 + 5;
    assert_eq!((one.circle.sums.to_neighbours(), two.circle.sums.from_neighbours()), (bytes, bytes));
    assert_eq!(two.fetches(b"nobody has it", false).await, Source::Server);
}

#[tokio::test]
async fn of_a_liar_what_is_right_stays_and_it_is_asked_no_more() {
    let (liar, two, honest) = (Screen::new(), Screen::new(), Screen::new());
    liar.meets(&[&two]);
    two.meets(&[&liar]);
    honest.meets(&[&two]);
    let file = film(3 * MIB);
    let hash = liar.cache.put(&file).unwrap();
    // Its list was made before its disk failed it.
    liar.cache.groups(&hash).unwrap();
    let mut spoilt = file.clone();
    spoilt[2 * MIB + 7] ^= 1;
    std::fs::write(liar.file(&hash), &spoilt).unwrap();
    assert_eq!(two.fetches(&file, true).await, Source::Server);
    assert_eq!(std::fs::read(two.cache.part(&hash).with_extension("part")).unwrap(), file[..2 * MIB]);
    assert!(!two.cache.has(&hash));
    assert_eq!(two.circle.take_liars(), [IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    let given = liar.circle.sums.to_neighbours();
    assert_eq!(two.fetches(&file, true).await, Source::Server);
    assert_eq!(liar.circle.sums.to_neighbours(), given, "it was asked again");
    // Whoever has it brings only the rest.
    honest.cache.put(&file).unwrap();
    two.meets(&[&liar, &honest]);
    assert_eq!(two.fetches(&file, true).await, Source::Neighbours);
    two.cache.adopt(&hash).unwrap();
    assert_eq!(std::fs::read(two.file(&hash)).unwrap(), file);
    assert_eq!(honest.circle.sums.to_neighbours(), MIB as u64);
}

#[tokio::test]
async fn a_file_that_is_spoilt_before_it_was_asked_for_is_given_to_nobody() {
    let (one, two) = (Screen::new(), Screen::new());
    one.meets(&[&two]);
    two.meets(&[&one]);
    let file = film(2 * MIB);
    let hash = one.cache.put(&file).unwrap();
    std::fs::write(one.file(&hash), film(2 * MIB - 1)).unwrap();
    assert_eq!(two.fetches(&file, true).await, Source::Server);
    assert_eq!((one.cache.take_corrupt(), two.circle.take_liars()), (vec![hash], Vec::new()));
}

#[tokio::test]
async fn only_those_whom_the_server_names_are_let_in_and_only_they_are_believed() {
    let (one, stranger, two) = (Screen::new(), Screen::new(), Screen::new());
    let file = film(MIB);
    let hash = one.cache.put(&file).unwrap();
    // It knows where the file lies, and is not known there.
    stranger.meets(&[&one]);
    one.meets(&[&two]);
    assert_eq!(stranger.fetches(&file, true).await, Source::Server);
    // Somebody else answers where a neighbour was.
    let told = v1::Neighbour { key: [7; 32].to_vec(), port: one.offer.port().into(), addresses: vec!["127.0.0.1".into()] };
    two.circle.set(Some(two.identity.clone()), &v1::Neighbours { neighbours: vec![told] });
    assert_eq!(two.fetches(&file, true).await, Source::Server);
    // A line outlives neither the neighbourhood nor the session.
    two.meets(&[&one]);
    let (key, place) = (one.identity.key.fingerprint(), (Ipv4Addr::LOCALHOST, one.offer.port()).into());
    let mut line = Called::call(&two.identity, key, &[place]).await.unwrap();
    let hash = blake3::Hash::from_bytes(hash.0);
    assert!(line.list(&hash, MIB as u64).await.unwrap().is_some());
    one.circle.leave();
    assert!(line.list(&hash, MIB as u64).await.unwrap().is_none());
    assert_eq!(one.circle.sums.to_neighbours(), 0);
}

#[tokio::test]
async fn whoever_wants_what_another_one_is_fetching_waits_for_it() {
    let (one, two) = (Screen::new(), Screen::new());
    one.meets(&[&two]);
    two.meets(&[&one]);
    let file = film(MIB);
    let begun = one.circle.fetching(Hash::of(&file));
    assert_eq!(two.fetches(&file, false).await, Source::Server, "an emergency waits for nobody");
    let mut fetching = pin!(two.fetches(&file, true));
    assert!(timeout(BRIEF, &mut fetching).await.is_err(), "it went to the server too");
    one.cache.put(&file).unwrap();
    drop(begun);
    assert_eq!(fetching.await, Source::Neighbours);
}

#[tokio::test]
async fn whoever_finds_all_busy_waits_for_its_turn() {
    let (one, two) = (Screen::new(), Screen::new());
    one.meets(&[&two]);
    two.meets(&[&one]);
    // More than what the system keeps for those that do not read.
    let file = film(32 * MIB);
    let hash = blake3::Hash::from_bytes(one.cache.put(&file).unwrap().0);
    let (key, place) = (one.identity.key.fingerprint(), (Ipv4Addr::LOCALHOST, one.offer.port()).into());
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut line = Called::call(&two.identity, key, &[place]).await.unwrap();
        line.open(&hash, 0, file.len() as u64).await.unwrap();
        slow.push(line);
    }
    assert_eq!(two.fetches(&file, false).await, Source::Server);
    let mut fetching = pin!(two.fetches(&file, true));
    assert!(timeout(BRIEF, &mut fetching).await.is_err(), "it went to the server");
    drop(slow);
    assert_eq!(fetching.await, Source::Neighbours);
}
