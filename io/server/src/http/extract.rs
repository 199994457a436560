//! Reading requests: bodies, queries, ids and preconditions, each with an error in the envelope.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header::{CONTENT_TYPE, HeaderMap, IF_MATCH};
use http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::error::{Error, Result};

/// The longest JSON body besides drafts, in bytes.
const MAX_JSON: usize = 1024 * 1024;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        demand_json(request.headers())?;
        parse_json(&read(request, MAX_JSON).await?).map(Self)
    }
}

/// Refuses bodies that do not say that they are JSON. A browser sends any other type to any site without asking, this one only
/// where the site allows it (CORS).
///
/// # Errors
/// 415.
pub fn demand_json(headers: &HeaderMap) -> Result<()> {
    let given = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("not readable"));
    let essence = given.and_then(|value| value.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    let text = match given {
        Some(other) => format!("the body's type is {other:?}: send Content-Type: application/json"),
        None => "the body's type is missing: send Content-Type: application/json".to_owned(),
    };
    Err(Error::new(http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", text).at("Content-Type"))
}

/// Reads a whole body.
///
/// # Errors
/// 413 when it is longer than `limit` bytes, 400 when it breaks off.
pub async fn read(request: Request, limit: usize) -> Result<Bytes> {
    axum::body::to_bytes(request.into_body(), limit).await.map_err(|error| {
        use std::error::Error as _;
        let too_long = error.source().is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
        match too_long {
            true => Error::new(
                http::StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("the body is too long: at most {limit} bytes are possible"),
            ),
            false => Error::malformed("the body broke off: send it again"),
        }
    })
}

/// Reads JSON.
///
/// # Errors
/// 400 for what is not JSON, 422 with the member at fault for values that do not fit.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => unfit(&path, &inner.to_string()),
            _ => Error::malformed(format!("the body is not JSON: {inner}")),
        }
    })?;
    reader.end().map_err(|error| Error::malformed(format!("the body is not JSON: {error}")))?;
    Ok(value)
}

/// A value that does not fit, with the member at fault; none where the whole body is.
fn unfit(path: &str, text: &str) -> Error {
    let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let error = Error::new(http::StatusCode::UNPROCESSABLE_ENTITY, "invalid", text);
    match (path, missing) {
        (".", None) => error,
        (".", Some(missing)) => error.at(missing),
        (path, None) => error.at(path),
        (path, Some(missing)) => error.at(format!("{path}.{missing}")),
    }
}

/// A query string as a struct that refuses unknown members.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|axum::extract::Query(value)| Self(value)).map_err(|error| {
            use std::error::Error as _;
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            Error::malformed(format!("the query is not understood: {cause}"))
        })
    }
}

/// The `{id}` of a path.
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let text = axum::extract::Path::<String>::from_request_parts(parts, state).await.map(|path| path.0);
        let id = text.ok().and_then(|text| text.parse().ok());
        id.map(Self)
            .ok_or_else(|| Error::malformed("the address names no id: ids look like 0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f"))
    }
}

/// What `If-Match` demands; none if it is absent or `*`. RFC 9110 section 13.1.1, with one entity tag.
pub struct IfMatch(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self(tag(&parts.headers)?))
    }
}

fn tag(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Error::malformed("If-Match is not readable: send the ETag as it came"))?.trim();
    if text == "*" {
        return Ok(None);
    }
    let text = text.strip_prefix("W/").unwrap_or(text);
    Ok(Some(text.trim_matches('"').to_owned()))
}

/// The request's own id: `Idempotency-Key`, a UUID.
pub struct RequestId(pub Option<Uuid>);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let id = value.to_str().ok().and_then(|text| text.trim_matches('"').parse().ok());
        id.map(|id| Self(Some(id))).ok_or_else(|| Error::malformed("Idempotency-Key must be a UUID").at("Idempotency-Key"))
    }
}
