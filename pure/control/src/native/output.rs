//! What the driver of a native viewer's session shall do.

use core::net::IpAddr;

use uuid::Uuid;

use crate::order::{Part, Report};
use crate::play::PlayRecord;
use crate::session::CloseReason;
use crate::slice::SliceId;
use crate::slice::delta::Versions;
use crate::v1;

/// What the driver of a session shall do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Answer the question for the time; `t1` is the time at which it came.
    AnswerTime {
        /// As asked.
        t0: f64,
        /// When it came, Unix milliseconds.
        t1: i64,
    },
    /// A slice is stored at the viewer.
    Applied(SliceId),
    /// End the session.
    Close(CloseReason),
    /// The viewer introduced itself: welcome it, then lead it to its slice.
    Greeted(Box<Greeting>),
    /// Lead it from these rows to its slice.
    Inventory(Versions),
    /// Nothing.
    Nothing,
    /// Send a ping.
    Ping,
    /// A plan got so far.
    Plan(PlanNews),
    /// Refuse a message, with a sentence; the session goes on.
    Refuse(&'static str, String),
    /// Pass on what was reported about an order.
    Report(Uuid, Report),
    /// A part of a screenshot that nobody ordered.
    Screenshot(Part),
    /// It gives its files to neighbours.
    Sharing(Sharing),
    /// How the viewer is.
    Status(Box<v1::Status>),
    /// Store these play records, then acknowledge the last number.
    StorePlays(Uuid, Vec<PlayRecord>),
    /// Store these events and log lines, then acknowledge the last number.
    StoreRecords(Uuid, Vec<Record>),
}

impl Output {
    pub(super) fn refuse(code: &'static str, text: impl Into<String>) -> Self {
        Self::Refuse(code, text.into())
    }
}

/// How a session begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Greeting {
    /// The version that both speak.
    pub protocol: u32,
    /// What the viewer said.
    pub hello: v1::Hello,
}

/// Where a viewer gives its files to neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// TCP port; 0 = nowhere.
    pub port: u16,
    /// Its addresses, 16 at the most.
    pub addresses: Vec<IpAddr>,
}

/// A plan got so far.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanNews {
    /// Files are missing; the one before plays on.
    Incomplete(String, Vec<v1::MissingFile>),
    /// All that it needs is local, and it is in force.
    Received(String),
    /// It stands on the screen since this time (Unix milliseconds).
    Shown(String, i64),
}

/// An event or log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Number in the stream, from 1.
    pub n: u64,
    /// When, Unix milliseconds.
    pub at: i64,
    /// `error`, `warn`, `info` or `debug`.
    pub level: &'static str,
    /// Stable code, at most 100 bytes.
    pub code: String,
    /// A sentence, at most 4,000 bytes.
    pub text: String,
}
