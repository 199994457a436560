//! The server's time out of the last answers of a session, as NTP's clock filter does it (RFC 5905 section 10).

use std::collections::VecDeque;

const KEPT: usize = 8;

/// The last eight samples; the one with the least delay counts.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    kept: VecDeque<Sample>,
    /// Whether the next one takes the place of all others.
    begins: bool,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    /// The server's Unix milliseconds less our own milliseconds.
    offset: f64,
    delay: f64,
}

impl Samples {
    /// A session begins. What was heard before counts until something is heard in it: our own milliseconds may have stood still meanwhile, as while the
    /// computer slept, or have run too fast for weeks.
    pub fn begin(&mut self) {
        self.begins = true;
    }

    /// Takes an answer: asked and received by our own milliseconds, the server's in Unix milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit into 53 bits")]
    pub fn take(&mut self, asked: f64, server_in: i64, server_out: i64, received: f64) {
        let (t1, t2) = (server_in as f64, server_out as f64);
        let delay = (received - asked - (t2 - t1)).max(0.0);
        let offset = f64::midpoint(t1 - asked, t2 - received);
        if offset.is_finite() && received >= asked {
            if std::mem::take(&mut self.begins) {
                self.kept.clear();
            }
            self.kept.push_back(Sample { offset, delay });
            while self.kept.len() > KEPT {
                self.kept.pop_front();
            }
        }
    }

    /// The server's Unix milliseconds less our own milliseconds; none before the first answer.
    #[must_use]
    pub fn offset(&self) -> Option<f64> {
        self.best().map(|sample| sample.offset)
    }

    /// The greatest error of [`Samples::offset`] in milliseconds.
    #[must_use]
    pub fn bound(&self) -> Option<f64> {
        self.best().map(|sample| sample.delay / 2.0)
    }

    fn best(&self) -> Option<&Sample> {
        self.kept.iter().min_by(|a, b| a.delay.total_cmp(&b.delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_of_the_last_eight_counts() {
        let mut samples = Samples::default();
        assert_eq!(samples.offset(), None);
        samples.take(0.0, 1_000_020, 1_000_020, 100.0);
        assert_eq!((samples.offset(), samples.bound()), (Some(999_970.0), Some(50.0)));
        samples.take(200.0, 1_000_201, 1_000_202, 205.0);
        assert_eq!((samples.offset(), samples.bound()), (Some(999_999.0), Some(2.0)));
        (0..8).for_each(|n| samples.take(f64::from(n), 2_000_000, 2_000_000, f64::from(n) + 50.0));
        assert_eq!(samples.bound(), Some(25.0), "old ones are forgotten");
        samples.take(10.0, 0, 0, 5.0);
        assert_eq!(samples.bound(), Some(25.0), "an answer before its question is none");
        samples.begin();
        assert_eq!(samples.bound(), Some(25.0), "what was heard last counts meanwhile");
        samples.take(20.0, 3_000_000, 3_000_000, 420.0);
        assert_eq!(samples.bound(), Some(200.0), "a slow answer of now is better than a quick one of last month");
    }
}
