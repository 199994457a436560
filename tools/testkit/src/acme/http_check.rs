//! Fetching the answer to an HTTP challenge (RFC 8555, section 8.3).

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Whether the host answers the token with this key authorisation; else what it answered.
pub(super) async fn check(port: u16, host: &str, token: &str, expected: &str) -> Result<(), String> {
    let answer = fetch(port, host, token).await.map_err(|error| format!("{host} could not be reached: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer was cut short")?;
    let status = head.lines().next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 200") {
        return Err(format!("{host} answered {status}"));
    }
    if body.trim_end() != expected {
        return Err(format!("{host} answered the challenge with other words"));
    }
    Ok(())
}

async fn fetch(port: u16, host: &str, token: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("GET /.well-known/acme-challenge/{token} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer).await?;
    Ok(answer)
}
