//! The answers to HTTP challenges of an ACME authority (RFC 8555, section 8.3).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

/// Key authorisations by token, while an order is under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Challenges(Arc<Mutex<BTreeMap<String, String>>>);

impl Challenges {
    /// Answers the token from now on.
    pub(super) fn put(&self, token: &str, authorisation: &str) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(token.to_owned(), authorisation.to_owned());
    }

    /// Forgets all tokens.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// `GET /.well-known/acme-challenge/{token}`.
    pub(super) fn routes(&self) -> Router {
        Router::new().route("/.well-known/acme-challenge/{token}", get(answer)).with_state(self.clone())
    }
}

async fn answer(State(challenges): State<Challenges>, Path(token): Path<String>) -> Response {
    let answer = challenges.0.lock().unwrap_or_else(PoisonError::into_inner).get(&token).cloned();
    match answer {
        Some(answer) => ([(header::CONTENT_TYPE, "application/octet-stream")], answer).into_response(),
        None => (StatusCode::NOT_FOUND, "No such challenge is under way.\n").into_response(),
    }
}
