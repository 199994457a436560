//! What chrony knows of the system's clock, asked through its own `chronyc`.

use std::process::Stdio;
use std::time::Duration;

use lan::ntp::{Leap, Quality, ReferenceId};
use tokio::process::Command;
use tokio::time::timeout;

use super::reading::{Reading, precision};

/// How long chronyc may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer to `tracking` (chronyc(1)). Seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracking {
    /// Where chrony has its time from.
    pub reference_id: ReferenceId,
    /// Stratum of the system's clock.
    pub stratum: u8,
    /// What chrony has still to correct.
    pub correction: f64,
    /// Root delay.
    pub root_delay: f64,
    /// Root dispersion at the moment of the question.
    pub root_dispersion: f64,
    /// Leap indicator.
    pub leap: Leap,
}

impl Tracking {
    /// Asks chrony; `None` if there is none that answers.
    pub async fn ask() -> Option<Self> {
        let asked = Command::new("chronyc")
            .args(["-c", "-n", "tracking"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = timeout(PATIENCE, asked).await.ok()?.ok()?;
        if !output.status.success() {
            return None;
        }
        Self::read(std::str::from_utf8(&output.stdout).ok()?)
    }

    /// Reads the line that `chronyc -c tracking` prints. `None` if it is another.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.trim().split(',').collect();
        let &[id, _, stratum, _, correction, _, _, _, _, _, root_delay, root_dispersion, _, leap] = fields.as_slice() else {
            return None;
        };
        Some(Self {
            reference_id: ReferenceId::from_bytes(u32::from_str_radix(id, 16).ok()?.to_be_bytes()),
            stratum: stratum.parse().ok()?,
            correction: correction.parse().ok()?,
            root_delay: root_delay.parse().ok()?,
            root_dispersion: root_dispersion.parse().ok()?,
            leap: match leap {
                "Normal" => Leap::None,
                "Insert second" => Leap::Insert,
                "Delete second" => Leap::Delete,
                _ => Leap::Unknown,
            },
        })
    }

    /// The quality of the system's clock; `None` if chrony is not synchronised.
    #[must_use]
    pub fn quality(&self, reading: Reading) -> Option<Quality> {
        let quality = Quality {
            leap: self.leap,
            stratum: self.stratum,
            precision: precision(),
            root_delay: self.root_delay,
            root_dispersion: self.root_dispersion + self.correction.abs(),
            reference_id: self.reference_id,
            reference_time: Some(reading.system),
            updated: Some(reading.raw),
        };
        (self.stratum > 0 && quality.is_synchronised()).then_some(quality)
    }
}

#[cfg(test)]
mod tests {
    use super::Tracking;
    use crate::time::Reading;
    use lan::ntp::Leap;

    #[test]
    fn a_line_of_chrony_4_3() {
        let line = "C0000207,192.0.2.7,2,1795363200.123456789,0.000012345,-0.000001000,0.000020000,-12.345,0.001,0.020,0.000500000,0.000250000,64.2,Normal\n";
        let tracking = Tracking::read(line).unwrap();
        assert_eq!((tracking.reference_id.to_string().as_str(), tracking.stratum, tracking.leap), ("192.0.2.7", 2, Leap::None));
        let quality = tracking.quality(Reading::now()).unwrap();
        assert!((quality.root_delay - 0.0005).abs() < 1e-12 && (quality.root_dispersion - 0.000_262_345).abs() < 1e-12);
    }

    #[test]
    fn not_synchronised_is_not_known() {
        let line = "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised";
        assert_eq!(Tracking::read(line).unwrap().quality(Reading::now()), None);
        assert_eq!(Tracking::read("506 Cannot talk to daemon"), None);
    }
}
