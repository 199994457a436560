//! How refusals and failures become answers: one envelope, stable codes (`docs/protocols/http-api.md`).

use api::envelope::{ErrorBody, ErrorEnvelope};
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use http::{HeaderValue, StatusCode, header};

/// An answer that is an error.
#[derive(Clone, Debug)]
pub struct Error {
    status: StatusCode,
    body: ErrorBody,
    retry_after_s: Option<u64>,
}

/// The result of a handler.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with a code and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let body = ErrorBody { code: code.to_owned(), message: message.into(), field: None, version: None };
        Self { status, body, retry_after_s: None }
    }

    /// Names the member at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.body.field = Some(field.into());
        self
    }

    /// 400: the request is not understood.
    #[must_use]
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    /// 422: a member's value is not possible.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message).at(field)
    }

    /// 404.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 403: the caller's roles do not allow it.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "your roles do not allow this: ask an administrator for the right one")
    }

    /// 403: a token would make itself stronger or last longer.
    #[must_use]
    pub fn by_token() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "a token cannot make or change tokens: sign in with a browser for this")
    }

    /// 429 with the time after which to try again.
    #[must_use]
    pub fn too_many(message: impl Into<String>, retry_after_s: u64) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message);
        error.retry_after_s = Some(retry_after_s.max(1));
        error
    }

    /// 503: it cannot be done now. What went wrong stands in the log, not in the answer.
    #[must_use]
    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        tracing::error!(cause = %cause, "a request failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "this is not possible at the moment: try again in a while")
    }

    /// 503: it is on its way, with the time after which to ask again.
    #[must_use]
    pub fn on_its_way(message: impl Into<String>, retry_after_s: u64) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "on_its_way", message);
        error.retry_after_s = Some(retry_after_s.max(1));
        error
    }

    /// 507: no room is left on the server's disk.
    #[must_use]
    pub fn disk_full() -> Self {
        tracing::error!("the disk is full");
        let text = "the server's disk is full: free some space on it, or let an administrator do so, and try again";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", text)
    }

    /// What the store could not do: 507 for want of space, else 503.
    #[must_use]
    pub fn of_store(error: &store::Error) -> Self {
        if error.is_full() { Self::disk_full() } else { Self::unavailable(error) }
    }

    /// Whether the same may succeed later, since the cause lies with the server.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.status.is_server_error()
    }

    /// The body of the envelope, for places that keep errors.
    #[must_use]
    pub fn into_body(self) -> ErrorBody {
        self.body
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        match refusal {
            Refusal::Forbidden(_) => Self::forbidden(),
            Refusal::InUse(_) => Self::new(StatusCode::CONFLICT, "in_use", text),
            Refusal::Invalid { field, .. } => Self::invalid(field, text),
            Refusal::NameTaken(_) => Self::new(StatusCode::CONFLICT, "name_taken", text).at("name"),
            Refusal::NotMain { .. } => Self::new(StatusCode::CONFLICT, "not_main", text),
            Refusal::Unheard => Self::new(StatusCode::CONFLICT, "voters_not_heard", text),
            Refusal::NotFound { .. } => Self::not_found(text),
            Refusal::VersionConflict { version } => {
                let mut error = Self::new(StatusCode::PRECONDITION_FAILED, "version_conflict", text);
                error.body.version = Some(version);
                error
            }
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ErrorEnvelope { error: self.body })).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
