//! The tunnel: a connection to the control port as the messages of a WebSocket on a web port (`docs/protocols/control.md`, section 2).

use std::future::ready;
use std::io;
use std::net::SocketAddr;

use ::net::control::tunnel::{CONTROL_PORT, PROTOCOL, Tunnel};
use axum::Extension;
use axum::extract::State as Extract;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use futures::{Sink, SinkExt as _, Stream, StreamExt as _};
use http::{HeaderName, HeaderValue};

use super::caller::From;
use super::error::{Error, Result};
use crate::app::App;
use crate::listen::Peer;

/// What lies in memory each way before the socket takes it, in bytes.
const BUFFER: usize = 32 << 10;
/// The longest message, in bytes; a TLS record has 16 KiB.
const LONGEST: usize = 1 << 20;

/// `GET /tunnel`: carries a connection to the control port. Who is at its other end is proved inside.
pub async fn open(
    Extract(app): Extract<App>,
    from: From,
    peer: Option<Extension<Peer>>,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let upgrade = upgrade.map_err(|_| Error::malformed("this address is for native viewers: open it as a WebSocket"))?;
    let door = app.control.door().ok_or_else(|| Error::unavailable("the control port is closed at the moment"))?;
    // The address that a trusted proxy names; its port is not known.
    let port = peer.filter(|peer| peer.addr.ip().to_canonical() == from.address).map_or(0, |peer| peer.addr.port());
    let address = SocketAddr::new(from.address, port);
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(LONGEST).max_frame_size(LONGEST);
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(0).max_write_buffer_size(4 * BUFFER);
    let mut response = upgrade.on_upgrade(move |socket| async move {
        metrics::counter!("signboard_control_tunnels_total").increment(1);
        door.tunnelled(Tunnel::new(messages(socket)), address).await;
    });
    let port = HeaderValue::from(app.control.ports().control);
    response.headers_mut().insert(HeaderName::from_static(CONTROL_PORT), port);
    Ok(response)
}

/// The binary messages of the socket; others mean nothing here.
fn messages(socket: WebSocket) -> impl Stream<Item = io::Result<Bytes>> + Sink<Bytes, Error = io::Error> + Unpin {
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
