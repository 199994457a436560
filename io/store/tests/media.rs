//! Media files and uploads.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use domain::cell::Hash;
use domain::document::Class;
use serde_json::json;
use store::media::Media;
use store::{Options, Store};
use tempfile::TempDir;
use uuid::Uuid;

async fn media(folder: &TempDir) -> Media {
    let options = Options::new(folder.path(), Arc::new(|_, _| Class::Public));
    let (store, _) = Store::open(options, |_, _, _| {}).await.unwrap();
    store.media().clone()
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| (n * n / 7) as u8).collect()
}

#[tokio::test]
async fn bytes_are_kept_under_their_hash() {
    let folder = TempDir::new().unwrap();
    let media = media(&folder).await;
    let stored = media.put(b"abc".to_vec()).await.unwrap();
    assert_eq!(stored.hash.to_string(), "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
    assert_eq!(stored.sha256.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let path = media.path(stored.hash);
    assert!(path.ends_with(format!("media/64/37/{}", stored.hash)), "{}", path.display());
    assert_eq!(std::fs::read(&path).unwrap(), b"abc");
    assert_eq!(media.put(b"abc".to_vec()).await.unwrap(), stored);
    let other = media.put(b"abd".to_vec()).await.unwrap();
    let listed: Vec<_> = media.list().await.unwrap().iter().map(|file| (file.hash, file.size)).collect();
    let mut expected = vec![(stored.hash, 3), (other.hash, 3)];
    expected.sort_unstable();
    assert_eq!(listed, expected);
    media.remove(stored.hash, 0).await.unwrap();
    assert!(media.list().await.unwrap().iter().any(|file| file.hash == stored.hash), "stored after the given time");
    media.remove(stored.hash, i64::MAX).await.unwrap();
    media.remove(stored.hash, i64::MAX).await.unwrap();
    assert_eq!((media.size(stored.hash), media.size(other.hash)), (None, Some(3)));
    assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn an_upload_goes_on_after_interruptions_and_restarts() {
    let folder = TempDir::new().unwrap();
    let whole = bytes(300_000);
    let id = Uuid::from_u128(1);
    let first = media(&folder).await;
    first.begin(id, whole.len() as u64, json!({"name": "harbour.jpg"})).await.unwrap();
    let mut writer = first.append(id, 0).await.unwrap();
    writer.write(whole[..70_000].to_vec()).await.unwrap();
    assert!(first.append(id, 0).await.unwrap_err().is_conflict(), "one writer at a time");
    writer.write(whole[70_000..100_000].to_vec()).await.unwrap();
    assert_eq!(writer.commit().await.unwrap(), 100_000);
    // The connection breaks: what has come stays.
    let mut writer = first.append(id, 100_000).await.unwrap();
    writer.write(whole[100_000..150_000].to_vec()).await.unwrap();
    drop(writer);
    assert!(first.append(id, 100_000).await.unwrap_err().is_conflict(), "stands at 150,000");
    assert!(first.finish(id).await.unwrap_err().is_conflict(), "bytes are missing");
    drop(first);

    let second = media(&folder).await;
    let partial = second.partial(id).await.unwrap().unwrap();
    assert_eq!((partial.offset, partial.length), (150_000, 300_000));
    assert_eq!(partial.note, json!({"name": "harbour.jpg"}));
    let mut writer = second.append(id, 150_000).await.unwrap();
    writer.write(whole[150_000..].to_vec()).await.unwrap();
    assert!(writer.write(vec![0]).await.unwrap_err().is_conflict(), "more than announced");
    assert_eq!(writer.commit().await.unwrap(), 300_000);
    let stored = second.finish(id).await.unwrap();
    assert_eq!((stored.hash, stored.size), (Hash::of(&whole), 300_000));
    assert_eq!(std::fs::read(second.path(stored.hash)).unwrap(), whole);
    assert_eq!(stored, second.put(whole).await.unwrap(), "both hashes, also after the restart");
    // Until it is released, a crash loses nothing of it.
    drop(second);
    let third = media(&folder).await;
    let partial = third.partials().await.unwrap().remove(0);
    assert_eq!((partial.id, partial.offset, partial.note), (id, 300_000, json!({"name": "harbour.jpg"})));
    assert_eq!(third.finish(id).await.unwrap(), stored);
    assert!(third.append(id, 300_000).await.unwrap_err().is_not_found(), "it takes no bytes any more");
    third.abort(id).await.unwrap();
    assert_eq!(third.partial(id).await.unwrap(), None);
    assert_eq!(third.size(stored.hash), Some(300_000));
    assert!(third.finish(id).await.unwrap_err().is_not_found());
    assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn abandoned_uploads_expire_with_everything_of_theirs() {
    let folder = TempDir::new().unwrap();
    let media = media(&folder).await;
    let (old, aborted) = (Uuid::from_u128(1), Uuid::from_u128(2));
    media.begin(old, 10, json!(null)).await.unwrap();
    media.begin(aborted, 10, json!(null)).await.unwrap();
    media.abort(aborted).await.unwrap();
    assert_eq!(media.partial(aborted).await.unwrap(), None);
    assert!(media.expire_partials(1_000).await.unwrap().is_empty(), "nothing is from 1970");
    assert!(media.partial(old).await.unwrap().is_some());
    assert_eq!(media.expire_partials(i64::MAX).await.unwrap(), [old].into());
    assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn uploads_under_way_are_listed_after_a_crash() {
    let folder = TempDir::new().unwrap();
    let [whole, half, empty, finished, damaged] = [1, 2, 3, 4, 5].map(Uuid::from_u128);
    let first = media(&folder).await;
    for id in [empty, half, whole, finished, damaged] {
        first.begin(id, 10, json!({"name": id})).await.unwrap();
    }
    for (id, count) in [(whole, 10), (half, 5), (finished, 10)] {
        let mut writer = first.append(id, 0).await.unwrap();
        writer.write(bytes(count)).await.unwrap();
        writer.commit().await.unwrap();
    }
    // A crash between the last step of an upload and the removal of its note, one while a file was written, and a bad sector.
    let place = |name: String| folder.path().join("tmp").join(name);
    std::fs::remove_file(place(format!("{finished}.part"))).unwrap();
    std::fs::write(place("left.put".into()), b"x").unwrap();
    std::fs::write(place(format!("{damaged}.json")), b"{").unwrap();
    drop(first);

    let second = media(&folder).await;
    let listed = second.partials().await.unwrap();
    let facts: Vec<_> = listed.iter().map(|partial| (partial.id, partial.offset, partial.length)).collect();
    assert_eq!(facts, [(whole, 10, 10), (half, 5, 10), (empty, 0, 10)]);
    assert!(listed.iter().all(|partial| partial.note == json!({"name": partial.id})));
    assert_eq!(second.partial(finished).await.unwrap(), None, "its bytes are part of the store");
    for partial in listed.iter().filter(|partial| partial.offset == partial.length) {
        assert_eq!(second.finish(partial.id).await.unwrap().hash, Hash::of(&bytes(10)));
        second.abort(partial.id).await.unwrap();
    }
    assert_eq!(second.partials().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_arrives_in_groups_in_any_order_and_over_a_restart() {
    const MIB: usize = 1 << 20;
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let whole = bytes(4 * MIB + 700);
    let stored = media(&elsewhere).await.put(whole.clone()).await.unwrap();
    let groups = media(&elsewhere).await.groups(stored.hash).unwrap().unwrap();
    assert_eq!((groups.hash(), groups.count(), stored.hash), (stored.hash, 5, Hash::of(&whole)));
    let group = |n: usize| whole[n * MIB..whole.len().min((n + 1) * MIB)].to_vec();

    let first = media(&folder).await;
    let arriving = first.arrive(groups.clone()).await.unwrap();
    assert!(arriving.write(3, vec![group(3)]).await.unwrap());
    assert!(arriving.write(1, vec![group(1)[..9].to_vec(), group(1)[9..].to_vec()]).await.unwrap());
    assert!(!arriving.write(2, vec![group(1)]).await.unwrap(), "another group");
    assert!(arriving.finish().await.unwrap_err().is_conflict());
    assert_eq!(arriving.missing().into_iter().collect::<Vec<_>>(), [0, 2, 4]);
    drop((arriving, first));
    // A group whose bytes did not reach the disk as they were written is not taken for one that is there.
    let part = folder.path().join(format!("tmp/{}.part", stored.hash));
    let mut torn = std::fs::read(&part).unwrap();
    torn[MIB + 5] ^= 1;
    std::fs::write(&part, torn).unwrap();

    let again = media(&folder).await;
    let arriving = again.arrive(groups.clone()).await.unwrap();
    assert_eq!(arriving.missing().into_iter().collect::<Vec<_>>(), [0, 1, 2, 4]);
    for n in [4, 1, 0, 2] {
        assert!(arriving.write(n as u64, vec![group(n)]).await.unwrap());
    }
    assert_eq!(again.size(stored.hash), None, "not before it is whole");
    arriving.finish().await.unwrap();
    assert_eq!(std::fs::read(again.path(stored.hash)).unwrap(), whole);
    assert_eq!(again.list().await.unwrap().len(), 1, "the list of its groups is no file of the store");
    let list = again.path(stored.hash).with_extension("groups");
    assert_eq!(std::fs::read(&list).unwrap(), groups.list());
    std::fs::write(&list, b"spoilt").unwrap();
    assert_eq!(again.groups(stored.hash).unwrap(), Some(groups.clone()), "a spoilt list is made anew");
    assert_eq!(std::fs::read(&list).unwrap(), groups.list());
    again.remove(stored.hash, i64::MAX).await.unwrap();
    assert!(!list.exists());
    assert_eq!(again.groups(stored.hash).unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}
