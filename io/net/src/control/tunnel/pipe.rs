//! Messages as a stream of bytes.

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;

use bytes::{Buf, Bytes};
use futures::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most bytes in one message that is sent: one TLS record (RFC 8446 section 5.2) and a little.
const MESSAGE: usize = 17 * 1024;

/// A stream and sink of binary messages, read and written as bytes. Where messages begin and end has no meaning. Written bytes may lie still until they are flushed.
#[derive(Debug)]
pub struct Tunnel<M> {
    messages: M,
    unread: Bytes,
}

impl<M> Tunnel<M> {
    /// Wraps the messages of an open WebSocket.
    pub fn new(messages: M) -> Self {
        Self { messages, unread: Bytes::new() }
    }
}

impl<M: Stream<Item = io::Result<Bytes>> + Unpin> AsyncRead for Tunnel<M> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            match ready!(Pin::new(&mut self.messages).poll_next(cx)) {
                // An empty message is no end.
                Some(message) => self.unread = message?,
                None => return Poll::Ready(Ok(())),
            }
        }
        let bytes = self.unread.len().min(out.remaining());
        out.put_slice(&self.unread[..bytes]);
        self.unread.advance(bytes);
        Poll::Ready(Ok(()))
    }
}

impl<M: Sink<Bytes, Error = io::Error> + Unpin> AsyncWrite for Tunnel<M> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.messages).poll_ready(cx))?;
        let taken = &bytes[..bytes.len().min(MESSAGE)];
        Pin::new(&mut self.messages).start_send(Bytes::copy_from_slice(taken))?;
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.messages).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.messages).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::channel::mpsc;
    use futures::{SinkExt, StreamExt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    type Messages = (mpsc::Sender<Bytes>, mpsc::Receiver<Bytes>);

    /// Both ends of a pair of channels, as sinks and streams of messages.
    fn pair() -> [Tunnel<impl Stream<Item = io::Result<Bytes>> + Sink<Bytes, Error = io::Error> + Unpin>; 2] {
        let (left_out, right_in) = mpsc::channel(1);
        let (right_out, left_in) = mpsc::channel(1);
        [(left_out, left_in), (right_out, right_in)].map(|(sender, receiver): Messages| Tunnel::new(both(sender, receiver)))
    }

    struct Both<S, R>(S, R);

    fn both(
        sender: mpsc::Sender<Bytes>,
        receiver: mpsc::Receiver<Bytes>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Sink<Bytes, Error = io::Error> + Unpin {
        Both(sender.sink_map_err(io::Error::other), receiver.map(Ok))
    }

    impl<S: Unpin, R: Stream + Unpin> Stream for Both<S, R> {
        type Item = R::Item;
        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R::Item>> {
            self.1.poll_next_unpin(cx)
        }
    }

    impl<S: Sink<Bytes> + Unpin, R: Unpin> Sink<Bytes> for Both<S, R> {
        type Error = S::Error;
        fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
            self.0.poll_ready_unpin(cx)
        }
        fn start_send(mut self: Pin<&mut Self>, item: Bytes) -> Result<(), S::Error> {
            self.0.start_send_unpin(item)
        }
        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
            self.0.poll_flush_unpin(cx)
        }
        fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
            self.0.poll_close_unpin(cx)
        }
    }

    #[tokio::test]
    async fn bytes_come_out_as_they_went_in_however_they_are_cut() {
        let [mut left, mut right] = pair();
        let sent: Vec<u8> = (0..200_000_u32).map(|n| (n * 31 % 251) as u8).collect();
        let writing = sent.clone();
        let writer = tokio::spawn(async move {
            left.write_all(&writing).await.unwrap();
            left.shutdown().await.unwrap();
        });
        let mut read = Vec::new();
        let mut piece = [0; 777];
        loop {
            match right.read(&mut piece).await.unwrap() {
                0 => break,
                bytes => read.extend_from_slice(&piece[..bytes]),
            }
        }
        writer.await.unwrap();
        assert!(read == sent, "{} bytes of {}", read.len(), sent.len());
    }

    #[tokio::test]
    async fn an_empty_message_is_no_end() {
        let (mut sender, receiver) = mpsc::channel(4);
        let mut tunnel = Tunnel::new(both(sender.clone(), receiver));
        for message in [&b""[..], b"ab", b"", b"c"] {
            sender.send(Bytes::from_static(message)).await.unwrap();
        }
        let mut read = [0; 3];
        tunnel.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"abc");
    }

    #[tokio::test]
    async fn a_fault_of_the_messages_is_a_fault_of_the_bytes() {
        let messages = futures::stream::iter([Ok(Bytes::from_static(b"a")), Err(io::Error::other("torn"))]);
        let mut tunnel = Tunnel::new(messages);
        let fault = tunnel.read_to_end(&mut Vec::new()).await.unwrap_err();
        assert_eq!(fault.to_string(), "torn");
    }
}
