//! The listener, the certificate and the file handler without the application around them, for `cargo xtask bench media`.
//!
//! `serve_media FOLDER DATA HTTP_PORT HTTPS_PORT` answers `/media/NAME` with files of FOLDER on 127.0.0.1.

use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, Method, StatusCode};
use server::config::{Config, Sources};
use server::files::{MediaFile, send};
use server::listen::{self, Routes};
use server::tls;
use tokio_util::sync::CancellationToken;

async fn media(folder: PathBuf, name: String, method: Method, headers: HeaderMap) -> Response {
    let file = MediaFile { path: folder.join(&name), hash: name, content_type: "application/octet-stream".to_owned() };
    send(&method, &headers, &file).await.unwrap_or_else(|_| StatusCode::NOT_FOUND.into_response())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, data, http, https] = words.as_slice() else {
        return Err("usage: serve_media FOLDER DATA HTTP_PORT HTTPS_PORT".into());
    };
    std::fs::create_dir_all(data)?;
    let set = vec![
        "bind.address=127.0.0.1".to_owned(),
        format!("data.dir={data}"),
        format!("web.http-port={http}"),
        format!("web.https-port={https}"),
    ];
    let config = Config::load(&Sources { set, ..Sources::default() })?;
    let bound = listen::bind(&config)?;
    let stop = CancellationToken::new();
    let tls = tls::start(&config, stop.clone()).await.map_err(|failure| failure.to_string())?;
    let folder = PathBuf::from(folder);
    let answer = move |Path(name): Path<String>, method: Method, headers: HeaderMap| media(folder.clone(), name, method, headers);
    let app = Router::new().route("/media/{name}", get(answer));
    let running = bound.serve(Routes { app, open: tls.open }, tls.server);
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?.recv().await;
    stop.cancel();
    running.stop(Duration::from_secs(2)).await;
    Ok(())
}
