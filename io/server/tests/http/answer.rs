//! An answer that was read to its end.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// 200 with JSON.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        self.is(200).json()
    }

    /// 201 with JSON.
    #[track_caller]
    pub(crate) fn created(&self) -> Value {
        self.is(201).json()
    }

    /// 200 of what takes something off screens: who was told, who could not be.
    #[track_caller]
    pub(crate) fn cleared(&self) -> Value {
        let viewers = self.ok()["viewers"].clone();
        assert!(viewers["told"].is_array() && viewers["offline"].is_array() && viewers["hidden"].is_u64(), "{viewers}");
        viewers
    }

    /// 204 and nothing else.
    #[track_caller]
    pub(crate) fn done(&self) {
        assert!(self.is(204).bytes.is_empty(), "{}", self.text());
    }

    /// An error in the envelope; an empty field expects none.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, field: &str) -> Value {
        let error = self.is(status).json()["error"].clone();
        assert_eq!(error["code"], code, "{error}");
        assert_eq!(error["field"].as_str().unwrap_or_default(), field, "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.len() > 5 && !message.contains('!'), "{message}");
        error
    }
}
