//! When to send many packets.

use std::num::NonZeroU16;
use std::time::Duration;

/// How long after the first each of `count` packets leaves: evenly spaced, at most `per_second` of them within any second.
pub fn stagger(count: usize, per_second: NonZeroU16) -> impl ExactSizeIterator<Item = Duration> {
    let step = 1_000_000_000_u64.div_ceil(u64::from(per_second.get()));
    (0..count).map(move |place| Duration::from_nanos(step.saturating_mul(place as u64)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn four_a_second_are_a_quarter_apart() {
        let times: Vec<_> = stagger(5, NonZeroU16::new(4).unwrap()).map(|time| time.as_millis()).collect();
        assert_eq!(times, [0, 250, 500, 750, 1000]);
        assert_eq!(stagger(0, NonZeroU16::MIN).len(), 0);
    }

    proptest! {
        #[test]
        fn no_second_holds_more(count in 0_usize..300, per_second in 1_u16..50) {
            let times: Vec<_> = stagger(count, NonZeroU16::new(per_second).unwrap()).collect();
            prop_assert_eq!(times.len(), count);
            for start in &times {
                let within = times.iter().filter(|time| *time >= start && **time < *start + Duration::from_secs(1)).count();
                prop_assert!(within <= usize::from(per_second));
            }
        }
    }
}
