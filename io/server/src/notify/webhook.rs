//! Signed requests to web addresses.

use domain::state::State;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

use super::notice::{Event, Notice};
use super::words;
use crate::now::now_ms;

/// Header with the time and the signature.
pub const SIGNATURE: &str = "signboard-signature";
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole request may take.
const WHOLE: Duration = Duration::from_secs(15);
/// How much of an answer is shown.
const SHOWN: usize = 300;

/// A client that follows no redirection: what was signed for one address is not for another.
pub(super) fn client() -> Result<reqwest::Client, String> {
    settings().build().or_else(|error| {
        // A machine without any authority can still reach what speaks without TLS.
        let cause = sentence(&error);
        tracing::warn!(cause, "this machine trusts no authority, so that no https address can be told: install ca-certificates");
        let client = settings().tls_certs_only([]).build();
        client.map_err(|error| format!("requests cannot be made on this machine: {}", sentence(&error)))
    })
}

fn settings() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .user_agent(concat!("signboard/", env!("CARGO_PKG_VERSION")))
}

/// The signature of a body at a time (Unix seconds): HMAC-SHA-256 (RFC 2104) of `<time>.<body>`, 64 hexadecimal digits.
#[must_use]
pub fn sign(key: &[u8], time: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(time.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// What is sent.
pub(super) fn body(state: &State, notice: &Notice) -> Value {
    let installation = state.rows.installation();
    let words = words::of(&installation.language);
    json!({
        "id": notice.id,
        "event": match notice.event {
            Event::Raised => "alert.raised",
            Event::Cleared => "alert.cleared",
            Event::Reminder => "alert.reminder",
            Event::Test => "test",
        },
        "at": notice.at,
        "installation": { "id": installation.uid, "name": installation.name },
        "alert": notice.alert,
        "text": words.line(notice),
    })
}

/// Posts; what the receiver said, or what went wrong. Only an answer of 200 to 299 counts as taken.
pub(super) async fn post(client: &reqwest::Client, url: &str, key: &str, body: &Value) -> Result<String, String> {
    let bytes = serde_json::to_vec(body).expect("bodies are plain data");
    let time = now_ms() / 1_000;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("signboard-id", body["id"].as_str().unwrap_or_default())
        .header(SIGNATURE, format!("t={time},v1={}", sign(key.as_bytes(), time, &bytes)))
        .body(bytes);
    let mut answer = request.send().await.map_err(|error| sentence(&error))?;
    let status = answer.status();
    let mut text = Vec::new();
    while text.len() < SHOWN {
        match answer.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    text.truncate(SHOWN);
    let said = format!("{status}: {}", String::from_utf8_lossy(&text).trim());
    let said = said.trim_end_matches([' ', ':']).to_owned();
    if status.is_success() {
        Ok(said)
    } else if status.is_redirection() {
        Err(format!("{said}: redirections are not followed, give the final address"))
    } else {
        Err(said)
    }
}

/// The causes of a failure, without the address, which may hold a secret.
fn sentence(error: &reqwest::Error) -> String {
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut text = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "the request failed".to_owned()
    };
    while let Some(inner) = cause {
        let line = inner.to_string();
        if !text.ends_with(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_authorities_has_a_client_too() {
        assert!(settings().tls_certs_only([]).build().is_ok());
    }

    #[test]
    fn the_signature_is_that_of_other_implementations() {
        // python3 -c "import hmac; print(hmac.new(b'a key of the receiver', b'1700000000.{\"a\":1}', 'sha256').hexdigest())"
        let expected = "d1e38b8c9074fd1dc083a84082f2981cb9dbd85429843d7244a4470e1fc2a879";
        assert_eq!(sign(b"a key of the receiver", 1_700_000_000, br#"{"a":1}"#), expected);
        assert_ne!(sign(b"a key of the receiver", 1_700_000_001, br#"{"a":1}"#), expected);
    }
}
