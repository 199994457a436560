//! `CONNECT`: asking a proxy for a connection.

use std::io;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Proxy;

/// The longest head of an answer that is read.
const HEAD: usize = 8 * 1024;

/// Asks on an open connection to the proxy for `target` (host and port). Afterwards the stream is a connection to it.
///
/// # Errors
/// If the proxy refuses, answers with something else, or breaks off.
pub(in crate::control) async fn ask<S>(stream: &mut S, proxy: &Proxy, target: &str) -> Result<(), ProxyFault>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let authorization = match &proxy.authorization {
        Some(value) => format!("Proxy-Authorization: {value}\r\n"),
        None => String::new(),
    };
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut head = Vec::with_capacity(256);
    let mut byte = [0];
    // Byte by byte, so that nothing is taken of what follows the head; it is one short answer for each connection.
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        head.push(byte[0]);
        if head.len() > HEAD {
            return Err(ProxyFault::Strange);
        }
    }
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(407) => Err(ProxyFault::Credentials),
        Some(status) => Err(ProxyFault::Refused { status }),
        None => Err(ProxyFault::Strange),
    }
}

/// The status of an answer (RFC 9112 section 4).
fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = core::str::from_utf8(line).ok()?.split(' ');
    words.next()?.starts_with("HTTP/1.").then_some(())?;
    words.next().filter(|status| status.len() == 3)?.parse().ok()
}

/// Why a proxy gives no connection.
#[derive(Debug, Error)]
pub enum ProxyFault {
    /// It wants other credentials.
    #[error("it wants to know who asks (status 407); give user and password as `http://user:password@host:port`")]
    Credentials,
    /// It does not connect there.
    #[error("it refuses the connection (status {status}); let it allow CONNECT to the server's ports, or 443 at the least")]
    Refused {
        /// The status of its answer (RFC 9110 section 15).
        status: u16,
    },
    /// It does not speak HTTP.
    #[error("its answer is not one of a proxy; see to its address and port")]
    Strange,
    /// The connection to it broke.
    #[error("the connection to it broke ({0}); see to its address and port")]
    Broken(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    async fn asked(proxy: &str, answer: &[u8]) -> (Result<(), ProxyFault>, String, Vec<u8>) {
        let (mut near, mut far) = duplex(64 * 1024);
        far.write_all(answer).await.unwrap();
        far.shutdown().await.unwrap();
        let result = ask(&mut near, &proxy.parse().unwrap(), "[fd00::5]:7237").await;
        let mut left = Vec::new();
        near.shutdown().await.unwrap();
        near.read_to_end(&mut left).await.unwrap();
        let mut request = String::new();
        far.read_to_string(&mut request).await.unwrap();
        (result, request, left)
    }

    #[tokio::test]
    async fn a_connection_is_asked_for_and_what_follows_is_left() {
        let (result, request, left) =
            asked("http://a:b@proxy:1", b"HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\nhello").await;
        result.unwrap();
        assert_eq!(request, "CONNECT [fd00::5]:7237 HTTP/1.1\r\nHost: [fd00::5]:7237\r\nProxy-Authorization: Basic YTpi\r\n\r\n");
        assert_eq!(left, b"hello");
    }

    #[tokio::test]
    async fn refusals_are_told_apart() {
        let refused = async |answer: &[u8]| asked("proxy:1", answer).await.0.unwrap_err();
        assert!(matches!(refused(b"HTTP/1.1 407 Who are you\r\n\r\n").await, ProxyFault::Credentials));
        assert!(matches!(refused(b"HTTP/1.1 403 No\r\n\r\n").await, ProxyFault::Refused { status: 403 }));
        assert!(matches!(refused(b"SSH-2.0-x\r\n\r\n").await, ProxyFault::Strange));
        assert!(matches!(refused(&vec![b'x'; 9000]).await, ProxyFault::Strange));
        assert!(matches!(refused(b"HTTP/1.1 2").await, ProxyFault::Broken(_)));
    }
}
