use super::*;
use crate::disk::Local;
use crate::planning::Rank;

const START: i64 = 0;

fn want(n: u8, press: Press) -> Want {
    Want { at: START, rank: Rank::Media, press, bytes: 10, hash: Hash([n; 32]) }
}

fn downloads(folder: &std::path::Path) -> Downloads {
    let cache = Arc::new(Cache::open(folder, Arc::new(Local)).unwrap());
    Downloads::new(cache, Quota { bytes: 1_000, reserve: 0 }, Arc::default())
}

fn running(downloads: &Downloads) -> Vec<(u8, Press)> {
    downloads.under_way.iter().map(|(hash, running)| (hash.0[0], running.press)).collect()
}

#[tokio::test]
async fn a_download_that_breaks_gives_its_place_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut downloads = downloads(folder.path());
    let broken = want(7, Press::Later);
    downloads.spawn(broken, async { panic!("the test breaks it") });
    assert!(matches!(downloads.ended().await, Fetched::Missing(found, Why::Network) if found == broken.hash));
    assert!(downloads.under_way.is_empty());
}

#[tokio::test]
async fn an_emergency_takes_the_line_from_all_others_and_one_that_runs_begins_again_without_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (mut downloads, now) = (downloads(folder.path()), Instant::now());
    let (film, poster) = (want(1, Press::Later), want(2, Press::Later));
    downloads.want(vec![film, poster], false, now);
    for one in [film, poster] {
        downloads.spawn(one, std::future::pending());
    }
    downloads.want(vec![film, poster], false, now);
    assert_eq!(running(&downloads), [(1, Press::Later), (2, Press::Later)], "nothing changed");

    // The poster belongs to an emergency now.
    let alarm = want(2, Press::Emergency);
    downloads.want(vec![alarm, film], false, now);
    assert_eq!(running(&downloads), []);
    assert_eq!(downloads.queue.next(true, now, &downloads.under_way), Some(alarm));
    downloads.spawn(alarm, std::future::pending());
    assert_eq!(downloads.queue.next(true, now, &downloads.under_way), None, "the film waits until it is here");
    downloads.want(vec![alarm, film], false, now);
    assert_eq!(running(&downloads), [(2, Press::Emergency)], "it is not begun a third time");
}

#[tokio::test]
async fn one_that_was_called_off_does_not_end_its_successor() {
    let folder = tempfile::tempdir().unwrap();
    let (mut downloads, now) = (downloads(folder.path()), Instant::now());
    let (before, after) = (want(1, Press::Later), want(1, Press::Emergency));
    downloads.want(vec![before], false, now);
    downloads.spawn(before, std::future::ready(Err(Why::NotFound)));
    // It has ended when it is called off.
    tokio::task::yield_now().await;
    downloads.want(vec![after], false, now);
    downloads.spawn(after, std::future::ready(Ok(())));
    assert!(matches!(downloads.ended().await, Fetched::Here(_)));
    assert!(downloads.under_way.is_empty() && downloads.failures().is_empty());
}
