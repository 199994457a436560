//! How a task goes at one viewer.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::TaskKind;
use crate::id::{TaskId, ViewerId};

/// A run that has begun and is not heard of again is given up after so long, in milliseconds: a day.
pub const GIVEN_UP_MS: i64 = 86_400_000;
/// The most characters of a viewer's own words that are kept.
const WORDS: usize = 2_000;

/// How far a run got.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// The viewer has not been told yet.
    #[default]
    Waiting,
    /// It was told.
    Sent,
    /// It began.
    Started,
    /// It is on it.
    Running,
    /// It was carried out.
    Done,
    /// It was not; the code says why.
    Failed,
    /// The viewer did not begin in time.
    Expired,
    /// It was called off before it began.
    Cancelled,
    /// Woken, but the viewer did not come back in time.
    NoAnswer,
    /// Woken, and the viewer is back.
    Woke,
}

impl RunState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Sent | Self::Started | Self::Running)
    }

    /// Its name in the API and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Started => "started",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::NoAnswer => "no_answer",
            Self::Woke => "woke",
        }
    }
}

/// One run of a task: at one viewer, due at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id: the same for the same task, viewer and time.
    pub id: Uuid,
    /// The task.
    pub task: TaskId,
    /// The viewer.
    pub viewer: ViewerId,
    /// What is to be done, as the task said when it was due.
    pub kind: TaskKind,
    /// When it was due, Unix milliseconds.
    pub planned: i64,
    /// When it is no longer to be begun, Unix milliseconds.
    pub expires: i64,
    /// How far it got.
    pub state: RunState,
    /// Per cent, where it is running.
    pub progress: u8,
    /// When it began, Unix milliseconds.
    pub started: Option<i64>,
    /// When it ended, Unix milliseconds.
    pub ended: Option<i64>,
    /// Stable code where it failed, such as `not_allowed`; else empty.
    pub code: String,
    /// What is to say about it.
    pub text: String,
    /// What was tried to wake the machine, each a sentence.
    pub tried: Vec<String>,
    /// What it brought.
    pub file: Option<RunFile>,
}

/// A file that a run brought.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// Its name.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Length in bytes.
    pub bytes: u64,
}

/// What a viewer says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// It began.
    Started,
    /// It is on it, so many per cent.
    Running(u8),
    /// It was carried out; what is to say about it.
    Done(String),
    /// It was not.
    Failed {
        /// Stable code, such as `not_allowed`.
        code: String,
        /// What is to say about it.
        text: String,
    },
}

/// The id of a run, so that one that is due twice is one: BLAKE3 of task, viewer and time as a UUID of version 8 (RFC 9562 section 5.8).
#[must_use]
pub fn run_id(task: TaskId, viewer: ViewerId, planned: i64) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(task.0.as_bytes()).update(viewer.0.as_bytes()).update(&planned.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Run {
    /// A run that waits for its viewer. `lifetime_ms` is how long it may.
    #[must_use]
    pub fn new(task: TaskId, viewer: ViewerId, kind: TaskKind, planned: i64, lifetime_ms: i64) -> Self {
        Self {
            id: run_id(task, viewer, planned),
            task,
            viewer,
            kind,
            planned,
            expires: planned.saturating_add(lifetime_ms),
            state: RunState::Waiting,
            progress: 0,
            started: None,
            ended: None,
            code: String::new(),
            text: String::new(),
            tried: Vec::new(),
            file: None,
        }
    }

    /// The viewer was told. Whether that is news.
    pub fn sent(&mut self) -> bool {
        let is_news = self.state == RunState::Waiting;
        if is_news {
            self.state = RunState::Sent;
        }
        is_news
    }

    /// Takes a report that came at `now`, Unix milliseconds. Whether it is news: nothing changes an end, and what began does not begin again.
    pub fn report(&mut self, report: Report, now: i64) -> bool {
        if self.state.is_final() {
            return false;
        }
        match report {
            Report::Started if self.state >= RunState::Started => return false,
            Report::Started => self.begin(RunState::Started, now),
            Report::Running(percent) => {
                let percent = percent.min(100);
                if self.state == RunState::Running && self.progress == percent {
                    return false;
                }
                self.begin(RunState::Running, now);
                self.progress = percent;
            }
            Report::Done(text) => {
                self.begin(RunState::Running, now);
                self.progress = 100;
                self.end(RunState::Done, "", &text, now);
            }
            Report::Failed { code, text } => self.end(RunState::Failed, &code, &text, now),
        }
        true
    }

    /// Ends what has waited or lasted too long at `now`. Whether it did.
    pub fn look_at_clock(&mut self, now: i64) -> bool {
        match self.state {
            RunState::Waiting | RunState::Sent if now >= self.expires => {
                let text = match self.state {
                    RunState::Waiting => "the screen was not connected in time",
                    _ => "the screen was told, but did not begin in time",
                };
                self.end(RunState::Expired, "", text, now);
                true
            }
            RunState::Started | RunState::Running if now >= self.started.unwrap_or(self.planned) + GIVEN_UP_MS => {
                self.end(RunState::Failed, "lost", "the screen began and was not heard of again", now);
                true
            }
            _ => false,
        }
    }

    /// Calls it off at `now`, if it has not begun. Whether it did.
    pub fn cancel(&mut self, now: i64) -> bool {
        let open = matches!(self.state, RunState::Waiting | RunState::Sent);
        if open {
            self.end(RunState::Cancelled, "", "", now);
        }
        open
    }

    /// A later run of the same task takes its place at `now`. Whether it still waited.
    pub fn replaced(&mut self, now: i64) -> bool {
        let is_waiting = self.state == RunState::Waiting;
        if is_waiting {
            self.end(RunState::Expired, "", "a later run of the same task took its place", now);
        }
        is_waiting
    }

    /// Ends a waking: the viewer is back, or is not.
    pub fn woken(&mut self, is_back: bool, text: &str, now: i64) {
        if !self.state.is_final() {
            self.end(if is_back { RunState::Woke } else { RunState::NoAnswer }, "", text, now);
        }
    }

    fn begin(&mut self, state: RunState, now: i64) {
        self.state = state;
        self.started.get_or_insert(now);
    }

    fn end(&mut self, state: RunState, code: &str, text: &str, now: i64) {
        self.state = state;
        self.ended = Some(now);
        self.code = code.chars().filter(|c| c.is_ascii_graphic()).take(64).collect();
        self.text = text.chars().take(WORDS).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Run {
        Run::new(TaskId(Uuid::from_u128(1)), ViewerId(Uuid::from_u128(2)), TaskKind::Restart, 1_000, 60_000)
    }

    #[test]
    fn the_same_task_viewer_and_time_are_the_same_run() {
        assert_eq!(run().id, run().id);
        let other = Run::new(run().task, run().viewer, TaskKind::Restart, 1_001, 60_000);
        assert_ne!(other.id, run().id);
        assert_eq!(run().id.get_version_num(), 8);
    }

    #[test]
    fn reports_lead_forward_only() {
        let mut run = run();
        assert!(run.sent() && !run.sent());
        assert!(run.report(Report::Started, 2_000) && !run.report(Report::Started, 3_000));
        assert!(run.report(Report::Running(250), 4_000));
        assert_eq!((run.state, run.progress, run.started), (RunState::Running, 100, Some(2_000)));
        assert!(!run.report(Report::Started, 5_000) && !run.sent());
        assert!(run.report(Report::Done("well".into()), 6_000));
        assert_eq!((run.state, run.ended, run.text.as_str()), (RunState::Done, Some(6_000), "well"));
        let failed = Report::Failed { code: "x".into(), text: String::new() };
        assert!(!run.report(failed, 7_000) && !run.cancel(7_000) && !run.look_at_clock(i64::MAX));
        assert_eq!(run.state, RunState::Done);
    }

    #[test]
    fn what_does_not_begin_expires_and_what_began_is_given_up_later() {
        let mut waiting = run();
        assert!(!waiting.look_at_clock(60_999) && waiting.look_at_clock(61_000));
        assert_eq!(waiting.state, RunState::Expired);
        let mut begun = run();
        begun.report(Report::Started, 30_000);
        assert!(!begun.look_at_clock(61_000) && !begun.cancel(61_000));
        assert!(begun.look_at_clock(30_000 + GIVEN_UP_MS));
        assert_eq!((begun.state, begun.code.as_str()), (RunState::Failed, "lost"));
    }

    #[test]
    fn a_viewers_words_are_cut() {
        let mut run = run();
        run.report(Report::Failed { code: "a b\n".repeat(90), text: "é".repeat(9_000) }, 1);
        assert_eq!((run.code.len(), run.text.chars().count()), (64, WORDS));
        assert!(run.code.chars().all(|c| c == 'a' || c == 'b'));
    }
}
