//! One HTTP connection.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Time for the head of a request, which is also the longest silence between two requests.
const HEADER: Duration = Duration::from_secs(30);
/// Silence on HTTP/2 after which a ping is sent.
const PING: Duration = Duration::from_secs(20);
/// What is gathered before it is written: two blocks of media, which are still in the processor's cache then.
const WRITE_BUFFER: usize = 256 << 10;

/// What was agreed on during the handshake. Without TLS it is always HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1 (RFC 9112).
    Http1,
    /// HTTP/2 (RFC 9113).
    Http2,
}

/// What an HTTP/2 client may have under way, in bytes and streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Windows {
    /// Of one stream, before it must wait.
    stream: u32,
    /// Of all streams of a connection.
    connection: u32,
    /// Streams at a time.
    streams: u32,
}

impl Windows {
    /// For browsers, which upload films.
    pub(crate) const WEB: Self = Self { stream: 1 << 20, connection: 4 << 20, streams: 200 };
    /// For the control port, where thousands of connections lie still.
    pub(crate) const CONTROL: Self = Self { stream: 64 << 10, connection: 256 << 10, streams: 32 };
    /// For other servers, whose entries are bounded by the credit that each gives.
    pub(crate) const SERVERS: Self = Self { stream: 8 << 20, connection: 16 << 20, streams: 64 };
}

/// Answers the requests of one connection, upgrades included, until it ends or, once `stop` is cancelled, until the
/// request under way is answered. `stamp` sees every request first.
pub(crate) async fn serve_connection<S>(
    stream: S,
    protocol: Protocol,
    windows: Windows,
    router: Router,
    stamp: impl Fn(&mut Request<Incoming>) + Send + 'static,
    stop: &CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        stamp(&mut request);
        router.clone().oneshot(request.map(Body::new))
    });
    let stream = TokioIo::new(stream);
    // Of each protocol no more than it needs: thousands of connections lie still.
    match protocol {
        Protocol::Http1 => {
            let builder = http1();
            let connection = Box::pin(builder.serve_connection_with_upgrades(stream, service));
            drive(connection, |connection| connection.graceful_shutdown(), stop).await;
        }
        Protocol::Http2 => {
            let connection = Box::pin(http2(windows).serve_connection(stream, service));
            drive(connection, |connection| connection.graceful_shutdown(), stop).await;
        }
    }
}

/// Runs a connection to its end; `finish` asks it to end once `stop` is cancelled.
async fn drive<C, E>(mut connection: Pin<Box<C>>, finish: impl FnOnce(Pin<&mut C>), stop: &CancellationToken)
where
    C: Future<Output = Result<(), E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            finish(connection.as_mut());
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error.into(), "a connection ended early");
    }
}

fn http1() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER).max_buf_size(WRITE_BUFFER);
    builder
}

fn http2(windows: Windows) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(windows.streams)
        .initial_stream_window_size(windows.stream)
        .initial_connection_window_size(windows.connection);
    builder
}
