//! Media over HTTP: whole, in part, conditional, large and missing.

use std::io;
use std::path::PathBuf;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderMap, Method, StatusCode, header};
use server::files::{MediaFile, send};

use super::site::Site;

/// Longer than several blocks and not a multiple of one.
const LARGE: usize = 3 * 1024 * 1024 + 17;

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

async fn media(State(folder): State<PathBuf>, method: Method, headers: HeaderMap, Path(hash): Path<String>) -> Response {
    let file = MediaFile { path: folder.join(&hash), hash, content_type: "video/mp4".to_owned(), piece: usize::MAX };
    match send(&method, &headers, &file).await {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::NotFound => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn site(folder: &tempfile::TempDir) -> Site {
    std::fs::write(folder.path().join("large"), content(LARGE)).unwrap();
    std::fs::write(folder.path().join("small"), b"0123456789").unwrap();
    std::fs::write(folder.path().join("empty"), b"").unwrap();
    let app = Router::new().route("/media/{hash}", get(media)).with_state(folder.path().to_owned());
    Site::start(app, &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_files_come_whole_over_http_and_https() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(&folder).await;
    for url in [site.http_url("/media/large"), site.https_url("/media/large")] {
        let answer = site.client().get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        assert_eq!(headers[header::CONTENT_LENGTH], LARGE.to_string().as_str());
        assert_eq!(headers[header::CONTENT_TYPE], "video/mp4");
        assert_eq!(headers[header::ETAG], "\"large\"");
        assert_eq!(headers[header::ACCEPT_RANGES], "bytes");
        assert!(headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(answer.bytes().await.unwrap(), content(LARGE));
    }
}

#[tokio::test]
async fn parts_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(&folder).await;
    for (file, field, status, content_range, body) in [
        ("small", "bytes=2-5", 206, "bytes 2-5/10", &b"2345"[..]),
        ("small", "bytes=-3", 206, "bytes 7-9/10", b"789"),
        ("small", "bytes=9-", 206, "bytes 9-9/10", b"9"),
        ("small", "bytes=10-", 416, "bytes */10", b""),
        ("small", "bytes=0-1,4-5", 200, "", b"0123456789"),
        ("empty", "bytes=0-", 416, "bytes */0", b""),
    ] {
        let answer = site.client().get(site.http_url(&format!("/media/{file}"))).header("range", field).send().await.unwrap();
        assert_eq!(answer.status(), status, "{file} {field}");
        let range = answer.headers().get(header::CONTENT_RANGE).map_or("", |value| value.to_str().unwrap()).to_owned();
        assert_eq!(range, content_range, "{file} {field}");
        assert_eq!(answer.bytes().await.unwrap(), body, "{file} {field}");
    }
    let whole = content(LARGE);
    for (first, last) in [(0, 0), (262_143, 262_144), (1, LARGE - 1), (LARGE - 1, LARGE - 1), (100_000, 2_000_000)] {
        let request = site.client().get(site.http_url("/media/large"));
        let answer = request.header("range", format!("bytes={first}-{last}")).send().await.unwrap();
        assert_eq!(answer.bytes().await.unwrap(), whole[first..=last], "{first}-{last}");
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(&folder).await;
    let url = site.http_url("/media/small");
    let answer = site.client().get(&url).header("if-none-match", "\"small\"").send().await.unwrap();
    assert_eq!(answer.status(), 304);
    assert_eq!(answer.headers()[header::ETAG], "\"small\"");
    assert!(answer.bytes().await.unwrap().is_empty());
    let changed = site.client().get(&url).header("range", "bytes=0-1").header("if-range", "\"old\"").send().await.unwrap();
    assert_eq!((changed.status().as_u16(), changed.bytes().await.unwrap().len()), (200, 10));
    let failed = site.client().get(&url).header("if-match", "\"old\"").send().await.unwrap();
    assert_eq!(failed.status(), 412);
}

#[tokio::test]
async fn head_tells_the_length_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(&folder).await;
    for (file, length) in [("small", "10"), ("empty", "0")] {
        let answer = site.client().head(site.http_url(&format!("/media/{file}"))).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[header::CONTENT_LENGTH], length);
        assert!(answer.bytes().await.unwrap().is_empty());
    }
    let empty = site.client().get(site.http_url("/media/empty")).send().await.unwrap();
    assert_eq!((empty.status().as_u16(), empty.bytes().await.unwrap().len()), (200, 0));
    let missing = site.client().get(site.http_url("/media/missing")).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}
