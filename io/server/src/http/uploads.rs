//! Uploads that resume: tus 1.0.0 with creation, creation-with-upload, termination, checksum and expiration.

use std::pin::pin;

use api::upload::UploadView;
use axum::Json;
use axum::body::Body as Stream;
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use domain::permission::{Action, Object, may};
use futures::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::Id;
use crate::app::App;
use crate::ingest::checksum::Checksum;
use crate::ingest::note::Note;
use crate::now::{new_id, now_ms};

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,termination,checksum,expiration";

pub(super) fn routes() -> OpenApiRouter<App> {
    let one = axum::routing::options(capabilities);
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(state_of, offset, append, terminate)).route("/uploads", one)
}

fn tus_header(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

fn bad_header(name: &str, text: &str) -> Error {
    Error::new(StatusCode::BAD_REQUEST, "upload.header", format!("{name} {text}")).at(name)
}

fn check_version(headers: &HeaderMap) -> Result<()> {
    match headers.get("tus-resumable").map(HeaderValue::as_bytes) {
        Some(version) if version == VERSION.as_bytes() => Ok(()),
        _ => Err(Error::new(StatusCode::PRECONDITION_FAILED, "upload.version", format!("send Tus-Resumable: {VERSION}"))),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Result<u64> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    let digits = text.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).ok_or_else(|| bad_header(name, "must be a whole number of bytes"))
}

/// What this server can do.
async fn capabilities(Extract(app): Extract<App>) -> Response {
    let headers = [
        (tus_header("tus-resumable"), VERSION.to_owned()),
        (tus_header("tus-version"), VERSION.to_owned()),
        (tus_header("tus-extension"), EXTENSIONS.to_owned()),
        (tus_header("tus-max-size"), app.config.limits.upload_bytes.to_string()),
        (tus_header("tus-checksum-algorithm"), "sha256,sha1".to_owned()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Begins an upload. `Upload-Metadata` names `filename`, and if wished `name` and `folder`, each in Base64.
#[utoipa::path(post, path = "/uploads", operation_id = "create_upload", tag = "uploads",
    params(("Tus-Resumable" = String, Header), ("Upload-Length" = u64, Header), ("Upload-Metadata" = Option<String>, Header)),
    responses((status = 201, headers(("Location" = String))), (status = 460, body = api::envelope::ErrorEnvelope)))]
async fn create(Extract(app): Extract<App>, caller: SignedIn, request: Request) -> Result<Response> {
    let headers = request.headers().clone();
    check_version(&headers)?;
    if headers.contains_key("upload-defer-length") {
        return Err(bad_header("Upload-Defer-Length", "is not possible here: send Upload-Length"));
    }
    let length = number(&headers, "upload-length")?;
    let most = app.config.limits.upload_bytes;
    if length > most {
        let text = format!("the file is {length} bytes long: at most {most} are possible (limits.upload-bytes)");
        return Err(Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text).at("Upload-Length"));
    }
    if length == 0 {
        return Err(bad_header("Upload-Length", "is 0: an empty file is no picture and no film"));
    }
    let metadata = metadata(&headers)?;
    let note = Note::new(&metadata, caller.caller.user)?;
    let state = app.core.state();
    if note.folder.is_some_and(|folder| state.folders.get(folder).is_none_or(|f| f.trashed_at.is_some())) {
        return Err(Error::invalid("folder", "there is no such folder"));
    }
    if !may(&state, caller.caller, Action::Edit, Object::Folder(note.folder)) {
        return Err(Error::forbidden());
    }
    let id = new_id();
    let expires = app.uploads.begin(id, length, note).await?;
    let mut response = StatusCode::CREATED.into_response();
    let location = format!("{}/uploads/{id}", super::BASE);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).expect("ids are ASCII"));
    let offset = match headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) {
        Some(b"application/offset+octet-stream") => receive(&app, id, 0, checksum(&headers)?, request.into_body()).await?,
        _ => 0,
    };
    sign(&mut response, offset, expires);
    Ok(response)
}

/// The caller's uploads that are not done.
#[utoipa::path(get, path = "/uploads", operation_id = "list_upload", tag = "uploads", responses((status = 200, body = Vec<UploadView>)))]
async fn list(Extract(app): Extract<App>, caller: SignedIn) -> Json<Vec<UploadView>> {
    Json(app.uploads.list(caller.caller.user).await)
}

/// How an upload stands.
#[utoipa::path(get, path = "/uploads/{id}", operation_id = "find_upload", tag = "uploads", params(("id" = Uuid, Path)), responses((status = 200, body = UploadView)))]
async fn state_of(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Json<UploadView>> {
    Ok(Json(app.uploads.view(id, caller.caller.user).await?))
}

/// How far an upload is.
#[utoipa::path(head, path = "/uploads/{id}", operation_id = "head_upload", tag = "uploads", params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header)), responses((status = 200, headers(("Upload-Offset" = u64)))))]
async fn offset(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, headers: HeaderMap) -> Result<Response> {
    check_version(&headers)?;
    let view = app.uploads.view(id, caller.caller.user).await?;
    let mut response = StatusCode::OK.into_response();
    sign(&mut response, view.received, app.uploads.expires(now_ms()));
    response.headers_mut().insert(tus_header("upload-length"), HeaderValue::from(view.length));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Sends bytes. With the last ones the file is checked and becomes a media record.
#[utoipa::path(patch, path = "/uploads/{id}", operation_id = "append_upload", tag = "uploads",
    params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header), ("Upload-Offset" = u64, Header)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204, headers(("Upload-Offset" = u64))), (status = 460, body = api::envelope::ErrorEnvelope)))]
async fn append(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, request: Request) -> Result<Response> {
    let headers = request.headers().clone();
    check_version(&headers)?;
    if headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) != Some(b"application/offset+octet-stream") {
        let text = "send Content-Type: application/offset+octet-stream";
        return Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", text).at("Content-Type"));
    }
    let from = number(&headers, "upload-offset")?;
    let checksum = checksum(&headers)?;
    app.uploads.view(id, caller.caller.user).await?;
    let offset = receive(&app, id, from, checksum, request.into_body()).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    sign(&mut response, offset, app.uploads.expires(now_ms()));
    Ok(response)
}

/// Gives an upload up.
#[utoipa::path(delete, path = "/uploads/{id}", operation_id = "discard_upload", tag = "uploads", params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header)), responses((status = 204)))]
async fn terminate(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, headers: HeaderMap) -> Result<Response> {
    check_version(&headers)?;
    app.uploads.view(id, caller.caller.user).await?;
    app.uploads.abort(id).await?;
    Ok((StatusCode::NO_CONTENT, [(tus_header("tus-resumable"), VERSION)]).into_response())
}

/// Takes bytes as they come; what came is kept even if the connection breaks, unless a checksum was promised.
async fn receive(app: &App, id: Uuid, from: u64, checksum: Option<Checksum>, body: Stream) -> Result<u64> {
    let mut receiving = app.uploads.receive(id, from, checksum).await?;
    let mut stream = pin!(body.into_data_stream());
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => receiving.write(chunk).await?,
            Err(_) => break,
        }
    }
    let offset = receiving.finish().await?;
    app.uploads.complete_if_whole(app, id).await?;
    Ok(offset)
}

fn sign(response: &mut Response, offset: u64, expires: i64) {
    let headers = response.headers_mut();
    headers.insert(tus_header("tus-resumable"), HeaderValue::from_static(VERSION));
    headers.insert(tus_header("upload-offset"), HeaderValue::from(offset));
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(u64::try_from(expires).unwrap_or(0));
    let text = httpdate::fmt_http_date(time);
    headers.insert(tus_header("upload-expires"), HeaderValue::from_str(&text).expect("dates are ASCII"));
}

/// `Upload-Metadata`: pairs of key and Base64 value, separated by commas.
///
/// # Errors
/// 400 unless every value is Base64 of a text of at most 1,000 bytes.
pub fn metadata(headers: &HeaderMap) -> Result<Vec<(String, String)>> {
    let Some(value) = headers.get("upload-metadata") else { return Ok(Vec::new()) };
    let error = || bad_header("Upload-Metadata", "must be pairs of a key and a Base64 text, separated by commas");
    let text = value.to_str().map_err(|_| error())?;
    let pair = |pair: &str| {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let bytes = BASE64_STANDARD.decode(value.trim()).map_err(|_| error())?;
        let value = String::from_utf8(bytes).map_err(|_| error())?;
        if key.is_empty() || value.len() > 1_000 { Err(error()) } else { Ok((key.to_owned(), value)) }
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(pair).collect()
}

/// `Upload-Checksum`: an algorithm and the Base64 digest of this request's bytes.
///
/// # Errors
/// 400 unless the algorithm is known and the digest is Base64.
pub fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>> {
    let Some(value) = headers.get("upload-checksum") else { return Ok(None) };
    let error = || bad_header("Upload-Checksum", "must be sha256 or sha1 and a Base64 digest");
    let (algorithm, digest) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(error)?;
    let digest = BASE64_STANDARD.decode(digest.trim()).map_err(|_| error())?;
    Checksum::new(algorithm, digest).map(Some).ok_or_else(error)
}
