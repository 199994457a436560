//! Why answers are dropped.

/// Why an answer is not a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// Not an NTP packet, or one of another version.
    Malformed,
    /// Not mode 4.
    Mode,
    /// It does not repeat the number of the open question: late, doubled or forged.
    Origin,
    /// A kiss: `RATE`, `DENY`, `RSTR` or another.
    Kiss,
    /// The source says that it is not synchronised.
    Unsynchronised,
    /// No transmit timestamp, or it received after it answered.
    Stamps,
    /// Root distance of 1.5 s or more.
    Distance,
    /// The source has its time from us.
    Loop,
    /// Far from the prediction, set aside.
    Spike,
}

impl Report {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Malformed,
        Self::Mode,
        Self::Origin,
        Self::Kiss,
        Self::Unsynchronised,
        Self::Stamps,
        Self::Distance,
        Self::Loop,
        Self::Spike,
    ];

    /// The name of the reason in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Mode => "mode",
            Self::Origin => "origin",
            Self::Kiss => "kiss",
            Self::Unsynchronised => "unsynchronised",
            Self::Stamps => "stamps",
            Self::Distance => "distance",
            Self::Loop => "loop",
            Self::Spike => "spike",
        }
    }
}
