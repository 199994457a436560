//! gRPC on the wire (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md): messages behind five bytes, the outcome in the trailers.
//!
//! Written out here, because the usual streams keep a buffer as large as the longest message that ever passed: with ten thousand sessions
//! that each began with a slice, these buffers would be most of the server's memory. Between messages this one keeps nothing.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use control::census::{MOST, is_small};
use futures::Stream as _;
use futures::channel::mpsc;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame};
use prost::Message;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Code, Status};

/// Before each message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// A message with its prefix.
#[cfg(feature = "next")]
pub(super) fn framed(message: &(impl Message + 'static)) -> Bytes {
    // What follows is a message of which this version knows nothing.
    let messages = [control::next::grown(message), control::next::grown(&control::v1::ToViewer::default())];
    let frame = |message: Vec<u8>| {
        let length = u32::try_from(message.len()).expect("messages are shorter than 4 GiB");
        [&[0], length.to_be_bytes().as_slice(), &message].concat()
    };
    messages.map(frame).concat().into()
}

/// A message with its prefix.
#[cfg(not(feature = "next"))]
pub(super) fn framed(message: &impl Message) -> Bytes {
    plain(message)
}

/// A message with its prefix, where one and no more is expected.
pub(super) fn plain(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut bytes = BytesMut::with_capacity(PREFIX + length);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(length).expect("messages are shorter than 4 GiB"));
    message.encode(&mut bytes).expect("the length was asked for");
    bytes.freeze()
}

/// What comes in.
pub(super) struct Incoming {
    body: tonic::body::Body,
    /// What came of the next message.
    begun: BytesMut,
    most: usize,
}

impl Incoming {
    /// Messages of a request's body, each of at most `most` bytes.
    pub(super) fn new(body: tonic::body::Body, most: usize) -> Self {
        Self { body, begun: BytesMut::new(), most }
    }

    /// Takes messages of at most so many bytes from now on.
    pub(super) fn take_up_to(&mut self, most: usize) {
        self.most = most;
    }

    /// The next message; none when the other side has ended. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When it is too long, compressed, or no such message, or when the connection is gone.
    pub(super) async fn next<T: Message + Default>(&mut self) -> Result<Option<T>, Status> {
        loop {
            if let Some(message) = self.whole()? {
                return Ok(Some(message));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.begun.extend_from_slice(&data);
                    }
                }
                Some(Err(status)) => return Err(status),
                None => return Ok(None),
            }
        }
    }

    fn whole<T: Message + Default>(&mut self) -> Result<Option<T>, Status> {
        let Some((prefix, rest)) = self.begun.split_first_chunk::<PREFIX>() else { return Ok(None) };
        let [compressed, length @ ..] = *prefix;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if compressed != 0 {
            return Err(Status::unimplemented("compressed messages are not understood: send them plain"));
        }
        if length > self.most {
            let text = format!("a message of {length} bytes: send at most {}", self.most);
            return Err(Status::new(Code::OutOfRange, text));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let bytes = &rest[..length];
        if !is_small(bytes) {
            let text = format!("a message with more than {MOST} members: send what is in it in several");
            return Err(Status::new(Code::OutOfRange, text));
        }
        let message = T::decode(bytes);
        self.begun.advance(PREFIX + length);
        if self.begun.is_empty() {
            self.begun = BytesMut::new();
        }
        message.map(Some).map_err(|error| Status::invalid_argument(format!("not a message of this protocol: {error}")))
    }
}

/// What goes out: messages as they come, then the outcome.
pub(super) struct Outgoing {
    messages: mpsc::Receiver<Bytes>,
    is_ended: bool,
    /// Cancels a token once all of it was taken, or will never be.
    _taken: DropGuard,
}

impl Outgoing {
    /// Framed messages; `taken` is cancelled when the connection needs them no more.
    pub(super) fn new(messages: mpsc::Receiver<Bytes>, taken: CancellationToken) -> Self {
        Self { messages, is_ended: false, _taken: taken.drop_guard() }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.is_ended {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.messages).poll_next(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Poll::Ready(None) => {
                self.is_ended = true;
                let mut trailers = HeaderMap::new();
                let written = Status::ok("").add_header(&mut trailers);
                Poll::Ready(Some(written.map(|()| Frame::trailers(trailers))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use control::v1;
    use control::v1::from_viewer::Message as Said;

    fn plan(text: &str) -> v1::FromViewer {
        let report = v1::PlanReport { plan: text.to_owned(), ..v1::PlanReport::default() };
        v1::FromViewer { message: Some(Said::Plan(report)) }
    }

    fn incoming(chunks: Vec<Bytes>, most: usize) -> Incoming {
        let frames = chunks.into_iter().map(|chunk| Ok::<_, Status>(Frame::data(chunk)));
        let body = http_body_util::StreamBody::new(futures::stream::iter(frames));
        Incoming::new(tonic::body::Body::new(body), most)
    }

    #[tokio::test]
    async fn messages_come_whole_however_they_are_cut_and_nothing_is_kept_between_them() {
        let messages = [plan("one"), plan(&"two".repeat(100)), plan("")];
        let bytes: Vec<u8> = messages.iter().flat_map(|message| framed(message).to_vec()).collect();
        for size in [1, 3, 7, 64, bytes.len()] {
            let mut incoming = incoming(bytes.chunks(size).map(Bytes::copy_from_slice).collect(), 1_000);
            for message in &messages {
                assert_eq!(incoming.next::<v1::FromViewer>().await.unwrap().as_ref(), Some(message), "in pieces of {size}");
            }
            assert_eq!(incoming.next::<v1::FromViewer>().await.unwrap(), None);
            assert_eq!(incoming.begun.capacity(), 0);
        }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_refused_before_it_is_read() {
        let check = async |bytes: &[u8], code: Code| {
            let status = incoming(vec![Bytes::copy_from_slice(bytes)], 100).next::<v1::FromViewer>().await.unwrap_err();
            assert_eq!(status.code(), code, "{status}");
        };
        check(&[0, 0, 0, 0, 101], Code::OutOfRange).await;
        check(&[0, 0xff, 0xff, 0xff, 0xff], Code::OutOfRange).await;
        check(&[1, 0, 0, 0, 1, 0], Code::Unimplemented).await;
        check(&[0, 0, 0, 0, 2, 0xff, 0xff], Code::InvalidArgument).await;
    }

    #[tokio::test]
    async fn what_would_be_large_in_memory_is_refused_before_it_is_made() {
        let plays = v1::Plays { stream: vec![0; 16], records: vec![v1::Play::default(); 500_000] };
        let message = framed(&v1::FromViewer { message: Some(Said::Plays(plays)) });
        assert!(message.len() < 1 << 20);
        let status = incoming(vec![message], 1 << 20).next::<v1::FromViewer>().await.unwrap_err();
        assert_eq!(status.code(), Code::OutOfRange);
    }
}
