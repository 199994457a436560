//! How a connection whose handshake failed ends: so that the other end learns why.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// How long the other end may take to read the alert and to hang up.
const PATIENCE: Duration = Duration::from_millis(500);
/// More than anybody sends before the first answer, in bytes.
const MOST: u64 = 256 << 10;

/// Ends a connection on which an alert was sent last. Whoever closes while there is something left to read resets the connection, and the other end then
/// loses the alert (RFC 1122, section 4.2.2.13; TLS 1.3 clients send their first request before they can know that they are refused).
pub(super) async fn part<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    let reading = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut (&mut stream).take(MOST), &mut tokio::io::sink()).await
    };
    // It is all the same how it ends: it has failed already.
    let _ = tokio::time::timeout(PATIENCE, reading).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn what_was_said_last_arrives_although_the_other_end_goes_on_talking() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut talker = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        talker.write_all(&[7; 20_000]).await.unwrap();
        stream.write_all(b"go away").await.unwrap();
        let parting = tokio::spawn(part(stream));
        talker.write_all(&[7; 20_000]).await.unwrap();
        let mut said = String::new();
        talker.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "go away");
        talker.write_all(b"why").await.unwrap();
        drop(talker);
        parting.await.unwrap();
    }
}
