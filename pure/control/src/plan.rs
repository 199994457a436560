//! The plan: everything that an HTML5 viewer needs to play for the length of the horizon (`docs/protocols/viewer-session.md` section 3).

use std::collections::BTreeMap;

use domain::cell::Hash;
use domain::id::{MediaId, ScheduleId, ViewerId};
use domain::stamp::Dot;
use domain::timetable::Program;
use domain::viewer::Fit;
use serde::{Deserialize, Serialize};

/// What a viewer shall play between `from` and `until`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Hash of everything but `made_at`, `from`, `until` and `urgent`.
    pub id: String,
    /// When it was made, Unix milliseconds.
    pub made_at: i64,
    /// Start of the first slot, Unix milliseconds.
    pub from: i64,
    /// End of the last slot, Unix milliseconds.
    pub until: i64,
    /// Whether it takes over at once, even if something is missing.
    pub urgent: bool,
    /// How to show it.
    pub viewer: PlanViewer,
    /// Offsets of zones, the earliest first.
    pub zones: BTreeMap<String, Vec<ZoneOffset>>,
    /// What plays when, without gap or overlap.
    pub slots: Vec<PlanSlot>,
    /// What slots name.
    pub programs: BTreeMap<String, Program>,
    /// The program outside the slots.
    pub fallback: String,
    /// From where the fallback's position counts, Unix milliseconds.
    pub fallback_anchor: i64,
    /// Media that programs and bodies name.
    pub media: BTreeMap<MediaId, PlanMedia>,
    /// Bodies of the pages.
    pub bodies: BTreeMap<Hash, PlanFile>,
    /// Fonts.
    pub fonts: Vec<PlanFont>,
}

/// How a viewer shows its plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanViewer {
    /// Its id.
    pub id: ViewerId,
    /// Its name.
    pub name: String,
    /// Name of the installation, for the standby page.
    pub installation: String,
    /// Its time zone.
    pub zone: String,
    /// Clockwise, 0, 90, 180 or 270 degrees.
    pub rotation: u16,
    /// How content of another shape is fitted in.
    pub fit: Fit,
    /// Loudness, 0 to 100 per cent.
    pub volume: u8,
    /// Whether it is silent.
    pub muted: bool,
    /// BCP 47 tag.
    pub language: String,
}

/// An offset in force from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneOffset {
    /// From when, Unix milliseconds.
    pub from: i64,
    /// Seconds east of UTC.
    pub offset_s: i32,
}

/// A time during which one program plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanSlot {
    /// First moment, Unix milliseconds.
    pub from: i64,
    /// First moment after.
    pub until: i64,
    /// Untrimmed start of the occurrence, from which positions count.
    pub anchor: i64,
    /// Key in the plan's programs.
    pub program: String,
    /// The schedule row; none where the fallback plays.
    pub row: Option<ScheduleId>,
    /// Whether the row is an emergency.
    pub emergency: bool,
}

/// A media file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanMedia {
    /// BLAKE3.
    pub hash: Hash,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
    /// Media type.
    pub mime: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Duration in milliseconds; 0 for pictures.
    pub duration_ms: u64,
    /// From when it may be shown, Unix milliseconds; none = always has been. Elements of pages are left out before.
    pub valid_from: Option<i64>,
    /// Until when it may be shown, Unix milliseconds; none = for ever.
    pub valid_until: Option<i64>,
}

/// A file that is neither media nor font.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFile {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

/// A font face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFont {
    /// Family.
    pub family: String,
    /// CSS `font-weight` of the face, such as `100 900`.
    pub weight: String,
    /// `normal` or `italic`.
    pub style: String,
    /// CSS `unicode-range`.
    pub range: String,
    /// BLAKE3.
    pub hash: Hash,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

impl Plan {
    /// The plan as a message of the session.
    #[must_use]
    pub fn message(&self) -> String {
        self.message_at(&[])
    }

    /// The same with what the server knows, the last change of each history: a plan of a server that knows less may be older.
    #[must_use]
    pub fn message_at(&self, position: &[Dot]) -> String {
        #[derive(Serialize)]
        struct Message<'a> {
            r#type: &'static str,
            #[serde(flatten)]
            plan: &'a Plan,
            #[serde(skip_serializing_if = "<[Dot]>::is_empty")]
            position: &'a [Dot],
        }
        serde_json::to_string(&Message { r#type: "plan", plan: self, position }).expect("plans are plain data")
    }

    /// Computes `id` from the rest; two plans that show the same have the same id.
    pub fn seal(&mut self) {
        let open = Self { id: String::new(), made_at: 0, from: 0, until: 0, urgent: false, ..self.clone() };
        let value = serde_json::to_value(&open).expect("plans are plain data");
        self.id = Hash::of(domain::log::canonical(&value).as_bytes()).to_string()[..32].to_owned();
    }
}
