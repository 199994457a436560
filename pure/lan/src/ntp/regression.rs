//! A straight line through weighted points, with the uncertainty of what it says.

/// Residuals below this part of their sigmas are too small to make out a curve in.
const NEGLIGIBLE: f64 = 0.3;

/// One measured point. `at` and `value` in seconds, `sigma` is the standard deviation that is expected of the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When, relative to any moment.
    pub at: f64,
    /// What, relative to any value.
    pub value: f64,
    /// Expected standard deviation of the value, above 0.
    pub sigma: f64,
}

/// The line `value + slope * (at - 0)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Value at 0.
    pub value: f64,
    /// Change of the value per unit of `at`.
    pub slope: f64,
    /// Standard deviation of the slope.
    pub slope_sd: f64,
    /// Weighted mean of the points' `at`: there the line is known best.
    pub centre: f64,
    /// Standard deviation of the value at the centre.
    pub centre_sd: f64,
    /// Whether the residuals change their sign about as often as chance would have it.
    pub is_straight: bool,
}

impl Fit {
    /// The line's value.
    #[must_use]
    pub fn at(&self, at: f64) -> f64 {
        self.value + self.slope * at
    }

    /// The standard deviation of the line's value.
    #[must_use]
    pub fn sd_at(&self, at: f64) -> f64 {
        self.centre_sd.hypot(self.slope_sd * (at - self.centre))
    }
}

/// Weighted least squares with the expectation that the slope is 0 give or take `prior_sd`: it decides where the points do not, and is nothing beside many points.
/// Where the points scatter more than their sigmas say, the uncertainty grows by as much. `None` without points.
#[must_use]
pub fn regress(points: &[Point], prior_sd: f64) -> Option<Fit> {
    if points.is_empty() {
        return None;
    }
    let weight = |point: &Point| point.sigma.powi(-2);
    let sum = |term: &dyn Fn(&Point) -> f64| points.iter().map(term).sum::<f64>();
    let total = sum(&weight);
    let centre = sum(&|point| weight(point) * point.at) / total;
    let mean = sum(&|point| weight(point) * point.value) / total;
    let spread = sum(&|point| weight(point) * (point.at - centre).powi(2)) + prior_sd.powi(-2);
    let slope = sum(&|point| weight(point) * (point.at - centre) * (point.value - mean)) / spread;
    let residuals: Vec<f64> = points.iter().map(|point| point.value - mean - slope * (point.at - centre)).collect();
    let chi: f64 = points.iter().zip(&residuals).map(|(point, residual)| (residual / point.sigma).powi(2)).sum();
    let measured = (chi / points.len().saturating_sub(2).max(1) as f64).sqrt();
    let scatter = if points.len() > 2 { measured.max(1.0) } else { 1.0 };
    Some(Fit {
        value: mean - slope * centre,
        slope,
        slope_sd: scatter * spread.powf(-0.5),
        centre,
        centre_sd: scatter * total.powf(-0.5),
        is_straight: measured < NEGLIGIBLE || has_runs(&residuals),
    })
}

/// The runs test of Wald and Wolfowitz, one-sided at 5 %: too few changes of sign mean that a curve was taken for a line.
fn has_runs(residuals: &[f64]) -> bool {
    let above = residuals.iter().filter(|residual| **residual >= 0.0).count() as f64;
    let all = residuals.len() as f64;
    let below = all - above;
    // With fewer points chance alone makes any pattern.
    if all < 8.0 || above < 2.0 || below < 2.0 {
        return true;
    }
    let runs = 1 + residuals.windows(2).filter(|pair| (pair[0] >= 0.0) != (pair[1] >= 0.0)).count();
    let expected = 2.0 * above * below / all + 1.0;
    let deviation = ((expected - 1.0) * (expected - 2.0) / (all - 1.0)).sqrt();
    runs as f64 >= expected - 1.645 * deviation
}

#[cfg(test)]
mod tests {
    use super::{Point, regress};

    fn points(values: impl IntoIterator<Item = (f64, f64)>) -> Vec<Point> {
        values.into_iter().map(|(at, value)| Point { at, value, sigma: 1e-5 }).collect()
    }

    #[test]
    fn a_line_is_found() {
        let fit = regress(&points((0..20).map(|i| (f64::from(i) * 16.0, 3e-3 + 40e-6 * f64::from(i) * 16.0))), 50e-6).unwrap();
        assert!((fit.slope - 40e-6).abs() < 1e-9, "{}", fit.slope);
        assert!((fit.value - 3e-3).abs() < 1e-7, "{}", fit.value);
        assert!(fit.slope_sd < 1e-7 && fit.sd_at(0.0) < 1e-5 && fit.sd_at(1e4) > 1e-4);
    }

    #[test]
    fn one_point_says_nothing_of_the_slope() {
        let fit = regress(&points([(7.0, 1.0)]), 50e-6).unwrap();
        assert_eq!((fit.slope, fit.at(7.0)), (0.0, 1.0));
        assert!((fit.slope_sd - 50e-6).abs() < 1e-12);
        assert!(regress(&[], 1.0).is_none());
    }

    #[test]
    fn two_noisy_points_are_not_believed_too_much() {
        let noisy = |at, value| Point { at, value, sigma: 1e-3 };
        let fit = regress(&[noisy(0.0, 0.0), noisy(2.0, 2e-3)], 50e-6).unwrap();
        assert!(fit.slope < 5e-6, "1,000 ppm are noise of 1 ms over 2 s: {}", fit.slope);
    }

    #[test]
    fn a_curve_is_told_from_a_line() {
        let noise = [1, -2, -1, 3, -3, 2, 1, -1, 2, -2, -3, 1, -1, 3, 2, -2];
        assert!(regress(&points((0..).map(f64::from).zip(noise.map(|i| f64::from(i) * 1e-5))), 50e-6).unwrap().is_straight);
        assert!(!regress(&points((0..24).map(|i| (f64::from(i), f64::from(i * i) * 1e-6))), 50e-6).unwrap().is_straight);
    }

    #[test]
    fn a_slow_answer_weighs_little() {
        let mut line = points((0..10).map(|i| (f64::from(i), 0.0)));
        line.push(Point { at: 10.0, value: 0.05, sigma: 0.05 });
        assert!(regress(&line, 50e-6).unwrap().at(10.0).abs() < 2e-6);
    }
}
