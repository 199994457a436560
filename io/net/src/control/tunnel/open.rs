//! The viewer's end of a tunnel.

use core::future::ready;
use std::io;

use bytes::Bytes;
use futures::{Sink, SinkExt, Stream, StreamExt};
use http::HeaderValue;
use http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::{CONTROL_PORT, PATH, PROTOCOL, Tunnel};

/// What a tunnel may keep in memory each way; bytes beyond wait in the socket.
const BUFFER: usize = 32 * 1024;

/// The longest message that is taken; a server sends records of 16 KiB.
const LONGEST: usize = 1024 * 1024;

/// An open tunnel.
pub(in crate::control) struct Opened<T> {
    pub(in crate::control) tunnel: T,
    /// The control port that the server named in its answer.
    pub(in crate::control) control_port: Option<u16>,
}

/// Asks for the tunnel on a connection to a web port. `authority` is host and port.
///
/// # Errors
/// As the WebSocket's handshake; [`Error::Http`] if the server answers with something else.
pub(in crate::control) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    authority: &str,
) -> Result<Opened<impl AsyncRead + AsyncWrite + Unpin + use<S>>, Error> {
    let mut request = format!("ws://{authority}{PATH}").into_client_request()?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(4 * BUFFER)
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST));
    let (socket, answer) = client_async_with_config(request, stream, Some(config)).await?;
    let control_port = answer.headers().get(CONTROL_PORT).and_then(|port| port.to_str().ok()?.parse().ok());
    Ok(Opened { tunnel: Tunnel::new(messages(socket)), control_port })
}

fn messages<S: AsyncRead + AsyncWrite + Unpin>(
    socket: WebSocketStream<S>,
) -> impl Stream<Item = io::Result<Bytes>> + Sink<Bytes, Error = io::Error> + Unpin {
    socket
        .filter_map(|message| {
            ready(match message {
                Ok(Message::Binary(bytes)) => Some(Ok(bytes)),
                Ok(_) => None,
                Err(fault) => Some(Err(io::Error::other(fault))),
            })
        })
        .sink_map_err(io::Error::other)
        .with(|bytes| ready(Ok::<_, io::Error>(Message::Binary(bytes))))
}
