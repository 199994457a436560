//! One HTTP/2 connection to a control port, as the gRPC clients want it.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tonic::body::Body;
use tower::Service;

use super::fault::LinkError;

/// A silent server is asked whether it is there, as while an enrolment waits for a person. A session speaks more often than this.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection that nobody needs any more may take to say good-bye.
const LINGER: Duration = Duration::from_secs(5);

/// How many bytes a server may send before they are read. They bound memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Of one call, 65,535 at the least.
    pub stream: u32,
    /// Of all calls on the connection.
    pub connection: u32,
}

impl Windows {
    /// For sessions of servers, whose entries are bounded by the credit that each gives: 8 MiB for a call, 16 MiB for the connection.
    pub const SERVERS: Self = Self { stream: 8 << 20, connection: 16 << 20 };
    /// For files between servers, of which no more is on its way than was asked for: 2 MiB for each, 16 MiB for the connection.
    pub const FILES: Self = Self { stream: 2 << 20, connection: 16 << 20 };
}

impl Default for Windows {
    /// 64 KiB for a call and 256 KiB for the connection: files go over connections of their own.
    fn default() -> Self {
        Self { stream: 64 * 1024, connection: 256 * 1024 }
    }
}

/// The connection. Clones use the same one; it is closed after the last is gone.
#[derive(Clone)]
pub(super) struct Wire {
    sender: SendRequest<Body>,
    seen: Arc<OnceLock<LinkError>>,
    /// Tells the connection that somebody needs it.
    _held: Arc<oneshot::Sender<()>>,
}

impl Wire {
    pub(super) async fn open<S>(stream: S, windows: Windows) -> Result<Self, hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let seen = Arc::new(OnceLock::new());
        let watched = Watched { stream, seen: Arc::clone(&seen) };
        let (sender, connection) = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(windows.stream)
            .initial_connection_window_size(windows.connection)
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(PATIENCE)
            .keep_alive_while_idle(true)
            .max_send_buf_size(64 * 1024)
            .handshake(TokioIo::new(watched))
            .await?;
        let (held, gone) = oneshot::channel();
        tokio::spawn(async move {
            let left = async {
                // Only the end of the sender matters.
                let _: Result<(), _> = gone.await;
                sleep(LINGER).await;
            };
            tokio::select! {
                // What went wrong is told to whoever waits for an answer.
                _ = connection => {}
                () = left => {}
            }
        });
        Ok(Self { sender, seen, _held: Arc::new(held) })
    }

    /// Sorts the status of a call.
    pub(super) fn fault(&self, status: &tonic::Status) -> LinkError {
        LinkError::of(status, self.seen.get())
    }

    /// Whether the connection has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

impl Service<Request<Body>> for Wire {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = BoxFuture<'static, Result<Response<Incoming>, hyper::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), hyper::Error>> {
        self.sender.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.sender.send_request(request))
    }
}

/// Remembers the first fault of a stream, of which HTTP/2 hands on the text alone.
struct Watched<S> {
    stream: S,
    seen: Arc<OnceLock<LinkError>>,
}

impl<S> Watched<S> {
    fn note<T>(&self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(fault)) = &result {
            // The first one is the cause of the others.
            let _ = self.seen.set(LinkError::of_connection(fault));
        }
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_read(cx, out);
        self.note(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.note(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
