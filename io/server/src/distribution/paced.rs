//! A body that is sent no faster than allowed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{Distribution, Turn};

/// Limits may be lifted while somebody waits, and an emergency may come to need what waits.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The body of an answer, held back before each part while there is no credit.
#[derive(Debug)]
pub(super) struct Paced {
    inner: Body,
    distribution: Distribution,
    number: u64,
    /// Whether the next piece has had its turn already.
    ready: bool,
    turn: Option<Turn>,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    pub(super) fn new(inner: Body, distribution: Distribution, number: u64) -> Self {
        Self { inner, distribution, number, ready: false, turn: None, waiting: None }
    }
}

impl hyper::body::Body for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if !self.ready && self.turn.is_none() {
            self.turn = self.distribution.turn(self.number);
        }
        while let Some(turn) = self.turn {
            if let Some(waiting) = self.waiting.as_mut() {
                ready!(waiting.as_mut().poll(cx));
                self.waiting = None;
            }
            match self.distribution.left_of(self.number, turn) {
                Duration::ZERO => self.turn = None,
                left => self.waiting = Some(Box::pin(sleep_until(Instant::now() + left.min(LOOK_AGAIN)))),
            }
        }
        // The disk may take its time; the turn is not lost meanwhile.
        self.ready = true;
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        self.ready = false;
        if let Some(bytes) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            self.distribution.sent(self.number, bytes.len() as u64);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        self.distribution.ended(self.number);
    }
}
