//! Timetables, reasons, and the effect of changes.

use domain::content::Content;
use domain::id::{GroupId, MediaId, RevisionId, ScheduleId, UserId, ViewerId};
use domain::schedule::Schedule;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A time during which one thing plays.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SlotView {
    /// First moment, Unix milliseconds.
    pub from: i64,
    /// First moment after, Unix milliseconds.
    pub until: i64,
    /// Start of the occurrence before trimming, Unix milliseconds.
    pub anchor: i64,
    /// The row; none where the fallback plays.
    pub row: Option<ScheduleId>,
    /// Name of the row, or of its content.
    pub name: String,
    /// What plays; none for the player's standby page.
    pub content: Option<Content>,
    /// Whether it is an emergency.
    pub emergency: bool,
}

/// Why something is on a screen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhyView {
    /// At which time, Unix milliseconds.
    pub at: i64,
    /// The answer in one sentence.
    pub sentence: String,
    /// What plays.
    pub playing: PlayingView,
    /// Every row that reaches the viewer, the strongest first.
    pub candidates: Vec<CandidateView>,
}

/// What plays.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlayingView {
    /// `row`, `fallback` or `standby`.
    pub kind: String,
    /// The row.
    pub row: Option<ScheduleId>,
    /// Its name, or that of the content.
    pub name: String,
    /// What was scheduled.
    pub content: Option<Content>,
    /// Until when, Unix milliseconds; none beyond what was looked at.
    pub until: Option<i64>,
    /// The item on the screen.
    pub item: Option<ItemView>,
}

/// One item of a program.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemView {
    /// Id of the item in its program.
    pub id: String,
    /// Its place, from 0.
    pub index: u64,
    /// How many there are.
    pub of: u64,
    /// How far it is, in milliseconds.
    pub offset_ms: u64,
    /// How long it stands, in milliseconds.
    pub duration_ms: u64,
    /// Picture or film.
    pub media: Option<MediaId>,
    /// Page of a presentation.
    pub page: Option<String>,
    /// Revision of the presentation.
    pub revision: Option<RevisionId>,
}

/// A row that reaches the viewer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CandidateView {
    /// The row.
    pub row: ScheduleId,
    /// Its name, or that of the content.
    pub name: String,
    /// `plays`, `covered`, `not_now`, `ended` or `nothing_to_play`.
    pub verdict: String,
    /// A sentence that explains the verdict.
    pub text: String,
    /// The row that covers it.
    pub by: Option<ScheduleId>,
    /// When it is due next, Unix milliseconds.
    pub next: Option<i64>,
    /// The groups through which it reaches the viewer, the nearest first.
    pub path: Vec<GroupId>,
    /// Name of its priority.
    pub priority: Option<String>,
    /// Whether it is an emergency.
    pub emergency: bool,
    /// Who made the row.
    pub made_by: Option<UserId>,
    /// When, Unix milliseconds.
    pub made_at: i64,
    /// Who published its presentation.
    pub published_by: Option<UserId>,
    /// When, Unix milliseconds.
    pub published_at: Option<i64>,
}

/// Asks what an edit would alter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The row as it would be; none: it would be gone.
    pub row: Option<Schedule>,
    /// The row that it replaces.
    #[serde(default)]
    pub replaces: Option<ScheduleId>,
}

/// What an edit would alter at one viewer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlteredView {
    /// Where.
    pub viewer: ViewerId,
    /// First moment, Unix milliseconds.
    pub from: i64,
    /// First moment after, Unix milliseconds.
    pub until: i64,
    /// Name of what plays now.
    pub before: String,
    /// Name of what would play.
    pub after: String,
}

/// A viewer by id and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct NamedViewer {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: ViewerId,
}

/// Who was told, and who could not be; each list in the order of the names.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Told {
    /// Connected viewers: they drop it at once.
    pub told: Vec<NamedViewer>,
    /// Viewers that are not connected: they go on as they were until they come back.
    pub offline: Vec<NamedViewer>,
    /// How many more are not connected that the caller may not look at.
    pub hidden: u64,
}

/// What taking something off the screens did.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct TakenDown {
    /// The viewers whose plan it altered.
    pub viewers: Told,
}
