//! Which sources are believed (RFC 5905, section 11.2): intersection, clustering, combining.

use super::quality::MAX_DISTANCE;

/// Survivors that clustering leaves (RFC 5905, NMIN).
const FEWEST: usize = 3;

/// What a source says of the clock. All in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// By how much the source is ahead of the clock.
    pub offset: f64,
    /// Standard deviation of the offset.
    pub sd: f64,
    /// Root distance: the true offset lies no farther from `offset`.
    pub distance: f64,
    /// Jitter of the source.
    pub jitter: f64,
    /// Frequency against the raw clock.
    pub frequency: f64,
    /// Standard deviation of the frequency.
    pub frequency_sd: f64,
    /// Stratum of the source.
    pub stratum: u8,
}

/// What the survivors say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combined {
    /// By how much the clock is behind, in seconds.
    pub offset: f64,
    /// Standard deviation of that, in seconds: their own uncertainty and their disagreement.
    pub sd: f64,
    /// Frequency against the raw clock.
    pub frequency: f64,
}

/// Indices of the sources that a majority agrees with, best first; the false tickers and the worst of the others are left out. Empty if there
/// is no majority.
#[must_use]
pub fn select(candidates: &[Candidate]) -> Vec<usize> {
    let Some((low, high)) = intersection(candidates) else { return Vec::new() };
    let mut survivors: Vec<usize> = (0..candidates.len()).filter(|i| (low..=high).contains(&candidates[*i].offset)).collect();
    let metric = |i: &usize| f64::from(candidates[*i].stratum) * MAX_DISTANCE + candidates[*i].distance;
    survivors.sort_by(|a, b| metric(a).total_cmp(&metric(b)));
    cluster(candidates, &mut survivors);
    survivors
}

/// The smallest interval that holds points of a majority of the sources' intervals, and the middles of no fewer (RFC 5905, section 11.2.1, after Marzullo).
fn intersection(candidates: &[Candidate]) -> Option<(f64, f64)> {
    let count = candidates.len();
    let mut edges: Vec<(f64, i32)> = candidates
        .iter()
        .flat_map(|one| [(one.offset - one.distance, -1), (one.offset, 0), (one.offset + one.distance, 1)])
        .collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for false_tickers in (0..count).take_while(|few| 2 * few < count) {
        let needed = (count - false_tickers) as i32;
        let mut outside = 0;
        let mut bound = |edges: &mut dyn Iterator<Item = &(f64, i32)>, opens: i32| {
            let mut inside = 0;
            for (value, kind) in edges {
                inside += kind * opens;
                if inside >= needed {
                    return Some(*value);
                }
                outside += usize::from(*kind == 0);
            }
            None
        };
        let low = bound(&mut edges.iter(), -1);
        let high = bound(&mut edges.iter().rev(), 1);
        if let (Some(low), Some(high)) = (low, high)
            && outside <= false_tickers
            && low <= high
        {
            return Some((low, high));
        }
    }
    None
}

/// Leaves out the survivor that is farthest from the others, while that helps more than its own jitter costs (RFC 5905, section 11.2.2).
fn cluster(candidates: &[Candidate], survivors: &mut Vec<usize>) {
    while survivors.len() > FEWEST {
        let spread = |i: usize| {
            let square: f64 = survivors.iter().map(|j| (candidates[i].offset - candidates[*j].offset).powi(2)).sum();
            (square / (survivors.len() - 1) as f64).sqrt()
        };
        let least_jitter = survivors.iter().map(|i| candidates[*i].jitter).fold(f64::INFINITY, f64::min);
        let worst = (0..survivors.len()).max_by(|a, b| spread(survivors[*a]).total_cmp(&spread(survivors[*b])));
        let Some(worst) = worst.filter(|worst| spread(survivors[*worst]) > least_jitter) else { return };
        survivors.remove(worst);
    }
}

/// What sources say together, each weighted by the inverse square of its uncertainty: the standard deviation, and a quarter of the distance,
/// since a long way may be lopsided. `None` without sources.
#[must_use]
pub fn combine(survivors: &[Candidate]) -> Option<Combined> {
    if survivors.is_empty() {
        return None;
    }
    let mean = |value: &dyn Fn(&Candidate) -> f64, sd: &dyn Fn(&Candidate) -> f64| {
        let total: f64 = survivors.iter().map(|one| sd(one).powi(-2)).sum();
        (survivors.iter().map(|one| value(one) * sd(one).powi(-2)).sum::<f64>() / total, total.powf(-0.5))
    };
    let (offset, _) = mean(&|one| one.offset, &|one| one.sd.hypot(one.distance / 4.0).max(1e-9));
    let (frequency, _) = mean(&|one| one.frequency, &|one| one.frequency_sd.max(1e-12));
    let square: f64 = survivors.iter().map(|one| (one.offset - offset).powi(2)).sum();
    let own = survivors.iter().map(|one| one.sd).fold(f64::INFINITY, f64::min);
    Some(Combined { offset, sd: own.hypot((square / survivors.len() as f64).sqrt()), frequency })
}

#[cfg(test)]
mod tests {
    use super::{Candidate, combine, select};

    fn candidate(offset: f64, distance: f64) -> Candidate {
        Candidate { offset, sd: 1e-4, distance, jitter: 1e-4, frequency: 1e-6, frequency_sd: 1e-7, stratum: 2 }
    }

    fn selected(sources: &[(f64, f64)]) -> Vec<usize> {
        let candidates: Vec<Candidate> = sources.iter().map(|(offset, distance)| candidate(*offset, *distance)).collect();
        let mut survivors = select(&candidates);
        survivors.sort_unstable();
        survivors
    }

    #[test]
    fn one_source_is_believed() {
        assert_eq!(selected(&[(0.3, 0.01)]), [0]);
        assert_eq!(selected(&[]), [0_usize; 0]);
    }

    #[test]
    fn two_that_disagree_are_not_believed() {
        assert_eq!(selected(&[(0.0, 0.01), (1.0, 0.01)]), [0_usize; 0]);
        assert_eq!(selected(&[(0.0, 0.01), (0.005, 0.01)]), [0, 1]);
    }

    #[test]
    fn a_false_ticker_is_left_out() {
        assert_eq!(selected(&[(0.0, 0.01), (0.002, 0.01), (5.0, 0.01)]), [0, 1]);
        assert_eq!(selected(&[(-3.0, 0.01), (0.0, 0.01), (0.002, 0.01), (5.0, 0.01), (-0.001, 0.02)]), [1, 2, 4]);
    }

    #[test]
    fn a_wide_source_does_not_hide_two_narrow_ones() {
        assert_eq!(selected(&[(0.0, 0.001), (0.0005, 0.001), (0.2, 0.3)]), [0, 1]);
    }

    #[test]
    fn clustering_leaves_three_of_many() {
        let survivors = selected(&[(0.0, 0.02), (0.0002, 0.02), (0.0001, 0.02), (0.008, 0.02), (-0.007, 0.02)]);
        assert_eq!(survivors, [0, 1, 2]);
    }

    #[test]
    fn the_lower_stratum_comes_first() {
        let far = Candidate { stratum: 4, ..candidate(0.0, 0.001) };
        assert_eq!(select(&[far, candidate(0.0, 0.1)]), [1, 0]);
    }

    #[test]
    fn the_surer_source_weighs_more() {
        let sure = candidate(0.0, 1e-4);
        let unsure = Candidate { sd: 1e-2, ..candidate(0.01, 0.05) };
        let together = combine(&[sure, unsure]).unwrap();
        assert!(together.offset.abs() < 1e-5, "{together:?}");
        assert!(together.sd > 1e-3, "their disagreement is told");
        assert!(combine(&[]).is_none());
    }
}
