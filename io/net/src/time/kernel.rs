//! What the kernel knows of the system's clock, whoever disciplines it (adjtimex(2)).

use lan::ntp::{Leap, Quality, ReferenceId};
use nix::libc;

use super::reading::{Reading, precision};

/// The kernel does not know the stratum; most hosts follow a server of stratum 2 or 3.
const STRATUM: u8 = 4;

/// The state of the kernel's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kernel {
    /// Whether somebody disciplines the clock.
    pub is_synchronised: bool,
    /// Greatest error, in seconds. The kernel lets it grow by 500 ppm.
    pub greatest_error: f64,
    /// Leap indicator.
    pub leap: Leap,
}

impl Kernel {
    /// Asks the kernel; `None` where it does not say.
    #[must_use]
    pub fn ask() -> Option<Self> {
        let (state, time) = read()?;
        Some(Self {
            is_synchronised: state != libc::TIME_ERROR && time.status & libc::STA_UNSYNC == 0,
            greatest_error: time.maxerror as f64 / 1e6,
            leap: match state {
                libc::TIME_INS => Leap::Insert,
                libc::TIME_DEL => Leap::Delete,
                _ => Leap::None,
            },
        })
    }

    /// The quality of the system's clock; `None` if nobody disciplines it.
    #[must_use]
    pub fn quality(&self, reading: Reading) -> Option<Quality> {
        self.is_synchronised.then(|| Quality {
            leap: self.leap,
            stratum: STRATUM,
            precision: precision(),
            root_delay: 0.0,
            root_dispersion: self.greatest_error,
            reference_id: ReferenceId::LOCAL,
            reference_time: Some(reading.system),
            updated: Some(reading.raw),
        })
    }
}

#[expect(
    unsafe_code,
    reason = "adjtimex has no safe wrapper in nix or rustix; with modes = 0 it only reads, into a value that we own"
)]
fn read() -> Option<(libc::c_int, libc::timex)> {
    // SAFETY: `timex` is a plain C structure for which all bits zero is a valid value, and `modes` 0 is among them.
    let mut time: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is valid and exclusive for the call, which keeps no copy of it.
    let state = unsafe { libc::adjtimex(&raw mut time) };
    (state >= 0).then_some((state, time))
}

#[cfg(test)]
mod tests {
    use super::Kernel;
    use crate::time::Reading;
    use lan::ntp::Leap;

    #[test]
    fn the_kernel_answers() {
        let kernel = Kernel::ask().unwrap();
        assert!(kernel.greatest_error >= 0.0);
        assert_eq!(kernel.quality(Reading::now()).is_some(), kernel.is_synchronised);
    }

    #[test]
    fn its_error_is_the_dispersion() {
        let kernel = Kernel { is_synchronised: true, greatest_error: 0.25, leap: Leap::Insert };
        let quality = kernel.quality(Reading::now()).unwrap();
        assert_eq!((quality.root_dispersion, quality.leap, quality.stratum), (0.25, Leap::Insert, 4));
        assert_eq!(Kernel { is_synchronised: false, ..kernel }.quality(Reading::now()), None);
    }
}
