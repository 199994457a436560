//! When files that are not urgent may be fetched.

use control::v1::Hours;

/// Whether a minute of the day, 0 to 1439, lies in the hours; without any, always. Hours that end before they begin pass midnight.
#[must_use]
pub fn is_open(hours: &[Hours], minute: u32) -> bool {
    let within = |hours: &Hours| {
        if hours.from <= hours.until {
            (hours.from..hours.until).contains(&minute)
        } else {
            minute >= hours.from || minute < hours.until
        }
    };
    hours.is_empty() || hours.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_may_pass_midnight() {
        let night = [Hours { from: 22 * 60, until: 6 * 60 }, Hours { from: 720, until: 780 }];
        for (minute, open) in
            [(0, true), (359, true), (360, false), (719, false), (720, true), (779, true), (780, false), (1_320, true)]
        {
            assert_eq!(is_open(&night, minute), open, "{minute}");
        }
        assert!(is_open(&[], 600));
        assert!(!is_open(&[Hours { from: 60, until: 60 }], 60));
    }
}
