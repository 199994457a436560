//! A small HTTP/1.1 client (RFC 9112), enough to set up a server on this machine and to upload files to it.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;

use crate::failure::Failure;
use crate::json::Json;

/// A person at a server of this machine.
#[derive(Clone, Debug)]
pub(super) struct Client {
    address: Ipv4Addr,
    port: u16,
    /// The cookie of the session, once signed in, as `name=value`.
    pub(super) cookie: String,
    csrf: String,
}

/// What a server answers.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    head: String,
    pub(super) body: String,
}

impl Client {
    /// Nobody in particular yet.
    pub(super) fn new(port: u16) -> Self {
        Self::at(Ipv4Addr::LOCALHOST, port)
    }

    /// Nobody in particular yet, at an address of this machine.
    pub(super) fn at(address: Ipv4Addr, port: u16) -> Self {
        Self { address, port, cookie: String::new(), csrf: String::new() }
    }

    /// Sends JSON and keeps the session that the answer may bring.
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses.
    pub(super) fn json(&mut self, method: &str, path: &str, body: &str) -> Result<Answer, Failure> {
        let answer = self.send(method, path, "Content-Type: application/json\r\n", body.len() as u64, body.as_bytes())?;
        if let Some(cookie) = answer.header("set-cookie") {
            cookie.split(';').next().unwrap_or(cookie).clone_into(&mut self.cookie);
        }
        if let Some(csrf) = answer.json().as_ref().and_then(|json| json.get("csrf")?.text()) {
            csrf.clone_into(&mut self.csrf);
        }
        Ok(answer)
    }

    /// Uploads a file in one request (tus 1.0, creation-with-upload); hands back the path of the upload.
    ///
    /// # Errors
    /// Where the file cannot be read, or the server cannot be reached or refuses.
    pub(super) fn upload(&self, file: &Path, name_base64: &str) -> Result<String, Failure> {
        let opened = File::open(file).map_err(|error| Failure::file(file, &error))?;
        let length = opened.metadata().map_err(|error| Failure::file(file, &error))?.len();
        let fields = format!(
            "Tus-Resumable: 1.0.0\r\nUpload-Length: {length}\r\nUpload-Metadata: filename {name_base64}\r\n\
             Content-Type: application/offset+octet-stream\r\n"
        );
        let answer = self.send("POST", "/api/v1/uploads", &fields, length, opened)?;
        let place = answer.header("location").map(path_of);
        place.map(str::to_owned).ok_or_else(|| Failure::failed("The server names no place for the upload."))
    }

    /// Sends a request with fields of its own, each ended by CRLF.
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses.
    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        fields: &str,
        length: u64,
        mut body: impl Read,
    ) -> Result<Answer, Failure> {
        let failed = |error: io::Error| Failure::failed(format!("{method} {path} on port {}: {error}.", self.port));
        let mut stream = TcpStream::connect((self.address, self.port)).map_err(failed)?;
        let session = match self.cookie.as_str() {
            "" => String::new(),
            cookie => format!("Cookie: {cookie}\r\nX-CSRF-Token: {}\r\n", self.csrf),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nContent-Length: {length}\r\n{session}{fields}\r\n",
            self.port
        );
        stream.write_all(head.as_bytes()).and_then(|()| io::copy(&mut body, &mut stream)).map_err(failed)?;
        let mut text = String::new();
        BufReader::new(stream).read_to_string(&mut text).map_err(failed)?;
        let answer = Answer::parse(&text).ok_or_else(|| Failure::failed(format!("{method} {path}: no HTTP answer.")))?;
        if answer.status >= 400 {
            return Err(Failure::failed(format!("{method} {path} answers {}: {}", answer.status, answer.body)));
        }
        Ok(answer)
    }
}

impl Answer {
    fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split_whitespace().nth(1)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// A field of the head, without regard to case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Whether a text stands in the body.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// The body as JSON; none if it is something else.
    pub(super) fn json(&self) -> Option<Json> {
        Json::parse(&self.body)
    }
}

/// The path of an address that may name a server.
fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or("/", |start| &rest[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let text = "HTTP/1.1 201 Created\r\nLocation: http://localhost:8080/api/v1/uploads/7\r\n\r\n{\"csrf\":\"x\"}";
        let answer = Answer::parse(text).unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(answer.header("location").map(path_of), Some("/api/v1/uploads/7"));
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(answer.json().unwrap().get("csrf").unwrap().text(), Some("x"));
        assert!(Answer::parse("no answer").is_none());
    }

    #[test]
    fn a_path_stays_a_path() {
        assert_eq!(path_of("/media/ab"), "/media/ab");
        assert_eq!(path_of("http://localhost"), "/");
    }
}
