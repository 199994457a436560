//! Uploads in the words of tus 1.0: creation, resuming, checksums, giving up, and what is refused.

use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Method;
use serde_json::{Value, json};
use server::ingest::uploads::LIFE_MS;
use server::now::now_ms;
use server::readers::janitor::clean;
use sha2::Digest;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::desk::png;
use crate::server::Site;

fn metadata(pairs: &[(&str, &str)]) -> String {
    let pair = |(key, value): &(&str, &str)| format!("{key} {}", BASE64_STANDARD.encode(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join(",")
}

async fn create(caller: &Caller, length: usize, pairs: &[(&str, &str)]) -> Answer {
    let caller = caller.with("tus-resumable", "1.0.0").with("upload-length", &length.to_string());
    caller.with("upload-metadata", &metadata(pairs)).act("/uploads").await
}

pub(crate) async fn begin(caller: &Caller, length: usize) -> String {
    let answer = create(caller, length, &[("filename", "a.png")]).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned()
}

pub(crate) async fn append(caller: &Caller, path: &str, offset: usize, bytes: &[u8]) -> Answer {
    let caller = caller.with("tus-resumable", "1.0.0").with("upload-offset", &offset.to_string());
    let request = caller.request(Method::PATCH, path).header("content-type", "application/offset+octet-stream");
    caller.send(request.body(bytes.to_vec())).await
}

async fn offset(caller: &Caller, path: &str) -> usize {
    let caller = caller.with("tus-resumable", "1.0.0");
    let answer = caller.send(caller.request(Method::HEAD, path)).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    answer.header("upload-offset").unwrap().parse().unwrap()
}

/// Waits until an upload was checked.
pub(crate) async fn outcome(caller: &Caller, path: &str) -> Value {
    loop {
        let state = caller.get(path).await.ok();
        if state["state"] != "checking" && state["state"] != "receiving" {
            return state;
        }
        tokio::task::yield_now().await;
    }
}

/// Uploads a file in one piece and waits for what becomes of it.
pub(crate) async fn upload(caller: &Caller, filename: &str, bytes: &[u8], folder: Option<&str>) -> Value {
    let mut pairs = vec![("filename", filename)];
    pairs.extend(folder.map(|folder| ("folder", folder)));
    let answer = create(caller, bytes.len(), &pairs).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let path = answer.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(append(caller, &path, 0, bytes).await.status, 204);
    outcome(caller, &path).await
}

#[tokio::test]
async fn an_upload_resumes_where_it_stands() {
    let (site, ada) = Site::set_up(&[]).await;
    let file = png(300, 200, [10, 200, 30]);
    let path = begin(&ada, file.len()).await;
    let (first, rest) = file.split_at(100);
    let answer = append(&ada, &path, 0, first).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (204, Some("100")));
    let expires = httpdate::parse_http_date(answer.header("upload-expires").unwrap()).unwrap();
    assert!(expires > std::time::SystemTime::now() + std::time::Duration::from_secs(6 * 86_400));
    append(&ada, &path, 0, first).await.refused(409, "upload.offset", "");
    append(&ada, &path, 101, rest).await.refused(409, "upload.offset", "");
    assert_eq!(offset(&ada, &path).await, 100);
    assert_eq!(ada.get("/uploads").await.ok()[0]["received"], 100);

    drop(ada);
    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", crate::server::PASSWORD).await;
    assert_eq!(offset(&ada, &path).await, 100, "the server restarted in between");
    assert_eq!(append(&ada, &path, 100, rest).await.status, 204);
    let done = outcome(&ada, &path).await;
    assert_eq!((&done["state"], &done["received"]), (&json!("done"), &json!(file.len())));
    let media = ada.get(&format!("/media/{}", done["media"].as_str().unwrap())).await.ok();
    assert_eq!((&media["width"], &media["height"], &media["bytes"]), (&json!(300), &json!(200), &json!(file.len())));
    assert_eq!(media["sha256"], hex::encode(sha2::Sha256::digest(&file)));
    assert_eq!(offset(&ada, &path).await, file.len(), "clients may ask again after the end");
}

#[tokio::test]
async fn an_upload_that_was_whole_when_the_server_died_is_checked_after_the_restart() {
    let (site, ada) = Site::set_up(&[]).await;
    let file = png(30, 20, [10, 200, 30]);
    let path = begin(&ada, file.len()).await;
    append(&ada, &path, 0, &file[..file.len() - 1]).await.is_done();
    drop(ada);
    let data = site.stop().await;
    // The last byte reached the disk, and then the power went.
    let id = path.rsplit('/').next().unwrap();
    let part = find(data.path(), &format!("{id}.part"));
    std::fs::write(&part, &file).unwrap();
    let site = Site::on(data, &[]).await;
    // Nobody asks for the upload: the server looks by itself.
    while site.app.core.state().rows.media.is_empty() {
        tokio::task::yield_now().await;
    }
    let ada = site.stranger().sign_in("ada", crate::server::PASSWORD).await;
    assert_eq!(outcome(&ada, &path).await["state"], "done");
    assert_eq!(ada.ids("/media").await.len(), 1);
}

fn find(folder: &std::path::Path, name: &str) -> std::path::PathBuf {
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        if path.file_name().is_some_and(|file| file == name) {
            return path;
        }
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    panic!("{name} is not below {}", folder.display());
}

#[tokio::test]
async fn promised_checksums_are_held_to() {
    let (_site, ada) = Site::set_up(&[]).await;
    let file = png(30, 20, [10, 200, 30]);
    let path = begin(&ada, file.len()).await;
    let promise = |digest: &[u8]| ada.with("upload-checksum", &format!("sha256 {}", BASE64_STANDARD.encode(digest)));
    let wrong = promise(&sha2::Sha256::digest(b"something else"));
    append(&wrong, &path, 0, &file).await.refused(460, "upload.checksum", "");
    assert_eq!(offset(&ada, &path).await, 0, "nothing of it counts");
    for bad in ["md5 AAAA", "sha256", "sha256 %%"] {
        let caller = ada.with("upload-checksum", bad);
        append(&caller, &path, 0, &file).await.refused(400, "upload.header", "Upload-Checksum");
    }
    let half = file.len() / 2;
    append(&promise(&sha2::Sha256::digest(&file[..half])), &path, 0, &file[..half]).await.is_done();
    let sha1 = <sha1::Sha1 as sha1::Digest>::digest(&file[half..]);
    let caller = ada.with("upload-checksum", &format!("sha1 {}", BASE64_STANDARD.encode(sha1)));
    append(&caller, &path, half, &file[half..]).await.is_done();
    assert_eq!(outcome(&ada, &path).await["state"], "done");
}

#[tokio::test]
async fn what_cannot_become_an_upload_is_refused_at_once() {
    let (_site, ada) = Site::set_up(&["limits.upload-bytes=1000"]).await;
    let tus = ada.with("tus-resumable", "1.0.0");
    ada.act("/uploads").await.refused(412, "upload.version", "");
    ada.with("tus-resumable", "0.2.2").act("/uploads").await.refused(412, "upload.version", "");
    for length in ["", "x", "-1", "1e3", "99999999999999999999"] {
        tus.with("upload-length", length).act("/uploads").await.refused(400, "upload.header", "upload-length");
    }
    tus.with("upload-length", "0").act("/uploads").await.refused(400, "upload.header", "Upload-Length");
    tus.with("upload-length", "1001").act("/uploads").await.refused(413, "too_large", "Upload-Length");
    let ten = tus.with("upload-length", "10");
    tus.with("upload-defer-length", "1").act("/uploads").await.refused(400, "upload.header", "Upload-Defer-Length");
    for bad in ["filename %%", "filename \u{7f}", "filename AAAA BBBB"] {
        let Ok(value) = reqwest::header::HeaderValue::from_str(bad) else { continue };
        let mut caller = ten.clone();
        caller.headers.insert("upload-metadata", value);
        caller.act("/uploads").await.refused(400, "upload.header", "Upload-Metadata");
    }
    create(&ada, 10, &[("folder", "seven")]).await.refused(422, "invalid", "folder");
    create(&ada, 10, &[("folder", "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f")]).await.refused(422, "invalid", "folder");
    assert_eq!(ada.get("/uploads").await.ok(), json!([]), "none of them was begun");
    let options = ada.send(ada.request(Method::OPTIONS, "/uploads")).await;
    assert_eq!(
        (options.status, options.header("tus-max-size"), options.header("tus-version")),
        (204, Some("1000"), Some("1.0.0"))
    );
    assert_eq!(options.header("tus-extension"), Some("creation,creation-with-upload,termination,checksum,expiration"));
}

#[tokio::test]
async fn more_bytes_than_announced_never_count() {
    let (_site, ada) = Site::set_up(&[]).await;
    let path = begin(&ada, 10).await;
    append(&ada, &path, 0, &[7; 11]).await.refused(409, "upload.offset", "");
    assert_eq!(offset(&ada, &path).await, 0);
    append(&ada, &path, 0, &[7; 4]).await.is_done();
    let request = ada.with("tus-resumable", "1.0.0").with("upload-offset", "4").request(Method::PATCH, &path);
    ada.send(request.body("abc")).await.refused(415, "media_type", "Content-Type");
    for offset in ["", "four", "-4"] {
        let caller = ada.with("tus-resumable", "1.0.0").with("upload-offset", offset);
        let request = caller.request(Method::PATCH, &path).header("content-type", "application/offset+octet-stream");
        caller.send(request.body("abc")).await.refused(400, "upload.header", "upload-offset");
    }
    assert_eq!(offset(&ada, &path).await, 4);
}

#[tokio::test]
async fn uploads_end_when_they_are_given_up_and_belong_to_one_person() {
    let (site, ada) = Site::set_up(&[]).await;
    let bob = site.person(&ada, "bob", &[("editor", json!("all"))]).await;
    let path = begin(&ada, 10).await;
    bob.get(&path).await.refused(404, "not_found", "");
    append(&bob, &path, 0, &[7; 4]).await.refused(404, "not_found", "");
    bob.with("tus-resumable", "1.0.0").delete(&path).await.refused(404, "not_found", "");
    assert_eq!(bob.get("/uploads").await.ok(), json!([]));
    append(&ada, &path, 0, &[7; 4]).await.is_done();
    ada.delete(&path).await.refused(412, "upload.version", "");
    ada.with("tus-resumable", "1.0.0").delete(&path).await.done();
    ada.get(&path).await.refused(404, "not_found", "");
    append(&ada, &path, 4, &[7; 4]).await.refused(404, "not_found", "");
    let observer = site.person(&ada, "eve", &[("observer", json!("all"))]).await;
    create(&observer, 10, &[]).await.refused(403, "forbidden", "");
}

#[tokio::test]
async fn a_small_file_comes_with_its_creation() {
    let (_site, ada) = Site::set_up(&[]).await;
    let file = png(8, 8, [1, 2, 3]);
    let caller = ada.with("tus-resumable", "1.0.0").with("upload-length", &file.len().to_string());
    let caller = caller.with("upload-metadata", &metadata(&[("filename", "../../etc/pass\u{1}wd.png"), ("name", "Tiny")]));
    let request = caller.request(Method::POST, "/uploads").header("content-type", "application/offset+octet-stream");
    let answer = caller.send(request.body(file.clone())).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (201, Some(file.len().to_string().as_str())));
    let path = answer.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let done = outcome(&ada, &path).await;
    assert_eq!((&done["state"], &done["filename"]), (&json!("done"), &json!("....etcpasswd.png")));
    let media = format!("/media/{}", done["media"].as_str().unwrap());
    assert_eq!(ada.get(&media).await.ok()["name"], "Tiny");
    let file_answer = ada.get(&format!("{media}/file")).await;
    assert_eq!(file_answer.status, 307);
    let address = format!("{}{}", ada.base, file_answer.header("location").unwrap());
    let bytes = ada.get(&address).await;
    assert_eq!((bytes.status, bytes.header("content-type"), &bytes.bytes), (200, Some("image/png"), &file));
    ada.program("nobody's").get(&address).await.refused(401, "sign_in_required", "");
}

impl Answer {
    #[track_caller]
    fn is_done(&self) {
        assert_eq!(self.status, 204, "{}", self.text());
    }
}

#[tokio::test]
async fn an_upload_that_stands_still_for_a_week_is_given_up_and_forgotten() {
    let (site, ada) = Site::set_up(&[]).await;
    let path = begin(&ada, 100).await;
    assert_eq!(append(&ada, &path, 0, &[0; 40]).await.status, 204);
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    clean(&site.app, now_ms() + LIFE_MS - 60_000).await.unwrap();
    assert_eq!(ada.get("/uploads").await.ok()[0]["received"], 40);
    assert!(site.app.uploads.owner(id).is_some());

    clean(&site.app, now_ms() + LIFE_MS + 60_000).await.unwrap();
    assert_eq!(ada.get("/uploads").await.ok(), json!([]));
    append(&ada, &path, 40, &[0; 60]).await.refused(404, "not_found", "");
    assert!(site.app.uploads.owner(id).is_none(), "nothing of it is kept in memory either");
}
