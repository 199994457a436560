//! The server's side of a native viewer's session as a machine, without sockets: messages and the time go in, what to do comes out
//! (`docs/protocols/control.md` section 4).

mod keeping;
mod output;
mod reading;

use crate::session::{CloseReason, DEAD_MS, KEEP_ALIVE_MS};
use crate::slice::SliceId;
use crate::v1;
use crate::v1::from_viewer::Message;

pub use keeping::Step;
pub use output::{Greeting, Output, PlanNews, Record, Sharing};

use keeping::Keeping;

/// The oldest version of the session that this server speaks.
pub const PROTOCOL_MIN: u32 = 1;
/// The newest version of the session that this server speaks.
pub const PROTOCOL_MAX: u32 = if cfg!(feature = "next") { 2 } else { 1 };
/// The longest message from a viewer, in bytes.
pub const MAX_FROM_VIEWER: usize = 1024 * 1024;
/// The longest message to a viewer, in bytes.
pub const MAX_TO_VIEWER: usize = 4 * 1024 * 1024;

/// So much later than [`KEEP_ALIVE_MS`] a ping is sent to a viewer of which nothing was heard meanwhile.
const LATE_MS: i64 = 1_000;

/// One session of a native viewer.
#[derive(Clone, Debug)]
pub struct NativeSession {
    protocol: Option<u32>,
    last_received: i64,
    last_sent: i64,
    keeping: Keeping,
    /// The slice that the viewer stored last.
    applied: Option<SliceId>,
}

impl NativeSession {
    /// A session that begins now (Unix milliseconds).
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self { protocol: None, last_received: now, last_sent: now, keeping: Keeping::default(), applied: None }
    }

    /// The version that both speak; none before `hello`.
    #[must_use]
    pub fn protocol(&self) -> Option<u32> {
        self.protocol
    }

    /// The slice that the viewer stored last, as far as it said so in this session.
    #[must_use]
    pub fn applied(&self) -> Option<SliceId> {
        self.applied
    }

    /// Takes a message that came at `now` (Unix milliseconds). One that this version does not know is passed over.
    pub fn handle(&mut self, message: v1::FromViewer, now: i64) -> Output {
        self.last_received = now;
        let Some(message) = message.message else { return Output::Nothing };
        if self.protocol.is_none() {
            return match message {
                Message::Hello(hello) => self.greet(hello),
                _ => Output::Close(CloseReason::NoHello),
            };
        }
        match message {
            Message::Hello(_) => Output::refuse("hello", "hello was said already"),
            Message::Inventory(inventory) => self.keeping.inventory(&inventory),
            Message::Applied(v1::SliceApplied { slice }) => match SliceId::try_from(slice.as_slice()) {
                Ok(slice) => {
                    self.applied = Some(slice);
                    self.keeping.applied();
                    Output::Applied(slice)
                }
                Err(_) => Output::refuse("slice", format!("the id of a slice has 32 bytes, this one has {}", slice.len())),
            },
            Message::Plan(report) => reading::plan(report, now),
            Message::Status(status) => Output::Status(Box::new(status)),
            Message::Plays(plays) => reading::plays(plays),
            Message::Command(report) => reading::report(report),
            Message::Records(records) => reading::records(records),
            Message::Time(v1::TimeRequest { t0 }) => Output::AnswerTime { t0, t1: now },
            Message::Ping(_) => Output::Nothing,
            Message::Attachment(attachment) => reading::attachment(attachment),
            Message::WakeHearing(hearing) => reading::hearing(hearing),
            Message::Sharing(sharing) => reading::sharing(&sharing),
        }
    }

    fn greet(&mut self, mut hello: v1::Hello) -> Output {
        let newest = hello.protocol_max.min(PROTOCOL_MAX);
        if newest < hello.protocol_min.max(PROTOCOL_MIN) {
            return Output::Close(CloseReason::Version);
        }
        // What is no id of a plan says nothing, and is not to be kept.
        if hello.plan.len() > reading::MAX_NAME {
            hello.plan.clear();
        }
        self.protocol = Some(newest);
        self.applied = SliceId::try_from(hello.slice.as_slice()).ok();
        self.keeping.begin(self.applied);
        Output::Greeted(Box::new(Greeting { protocol: newest, hello }))
    }

    /// What a viewer needs so that it gets from what it has to `present`. `earlier` is a slice that it had before, if one is remembered.
    /// Its answer counts as sent.
    pub fn lead(&mut self, present: &crate::slice::Slice, earlier: Option<&crate::slice::Slice>) -> Step {
        self.keeping.lead(present, earlier)
    }

    /// What leads from an inventory to `present`. It counts as sent.
    pub fn lead_from(
        &mut self,
        versions: &crate::slice::delta::Versions,
        present: &crate::slice::Slice,
    ) -> crate::slice::delta::Delta {
        self.keeping.lead_from(versions, present)
    }

    /// Something was sent.
    pub fn sent(&mut self, now: i64) {
        self.last_sent = now;
    }

    /// Whether a sign of life is better sent with the answer to what was heard at `now` (Unix milliseconds) than soon after, by a wake-up
    /// of its own: a viewer says its status as often as it wants to hear something.
    #[must_use]
    pub fn answers_with_a_ping(&self, now: i64) -> bool {
        now - self.last_sent >= KEEP_ALIVE_MS / 2
    }

    /// What time demands. Poll when [`Self::next_poll`] is due; a spurious call answers with an unneeded ping at worst.
    pub fn poll(&mut self, now: i64) -> Output {
        if now - self.last_received >= DEAD_MS { Output::Close(CloseReason::Silent) } else { Output::Ping }
    }

    /// When to call [`Self::poll`] next, Unix milliseconds.
    #[must_use]
    pub fn next_poll(&self) -> i64 {
        (self.last_sent + KEEP_ALIVE_MS + LATE_MS).min(self.last_received + DEAD_MS)
    }
}
