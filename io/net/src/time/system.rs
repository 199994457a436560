//! Who vouches for the system's clock.

use lan::ntp::Quality;

use super::chrony::Tracking;
use super::kernel::Kernel;
use super::reading::Reading;

/// What is known of the system's clock, and from whom.
#[derive(Clone, Debug, PartialEq)]
pub enum Knowledge {
    /// chrony is synchronised.
    Chrony(Quality),
    /// The kernel says that somebody disciplines the clock.
    Kernel(Quality),
    /// Nobody vouches for it.
    Nothing,
}

impl Knowledge {
    /// The quality of the system's clock, if somebody vouches for it.
    #[must_use]
    pub fn quality(&self) -> Option<&Quality> {
        match self {
            Self::Chrony(quality) | Self::Kernel(quality) => Some(quality),
            Self::Nothing => None,
        }
    }
}

/// Asks chrony, then the kernel. Takes at most 2 s.
pub async fn knowledge() -> Knowledge {
    // The kernel's word comes without a child process: where it says "not synchronised", no daemon disciplines this clock.
    let Some(kernel) = Kernel::ask().and_then(|kernel| kernel.quality(Reading::now())) else { return Knowledge::Nothing };
    match Tracking::ask().await.and_then(|tracking| tracking.quality(Reading::now())) {
        Some(quality) => Knowledge::Chrony(quality),
        None => Knowledge::Kernel(kernel),
    }
}
