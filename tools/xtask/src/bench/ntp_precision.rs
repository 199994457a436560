//! How wrong our clock is over the network, beside chrony in the same run.

use super::example;
use super::figure::Figure;
use super::values::Values;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::tool;

/// Runs the precision part of `io/net/examples/time_bench`: eleven minutes in a lab, as root.
///
/// # Errors
/// Where chrony or the lab's programs are missing, or the program fails or leaves a number out.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::lab::NETWORKS, &tool::lab::CHRONY], consent)?;
    let output = example::said(example::command("signboard-net", "time_bench").args(["--", "precision"]))?;
    figure(&Values::read(&output))
        .map(|row| vec![row])
        .ok_or_else(|| Failure::failed("`time_bench precision` left a number out."))
}

/// Both clocks as another host sees them, which is the fair comparison: ours could be read directly, chrony's could not.
fn figure(values: &Values) -> Option<Figure> {
    let milliseconds = |name: &str| Some(values.get(name)? / 1000.0);
    let (ours, theirs) = (milliseconds("ours_probed_p99")?, milliseconds("chrony_probed_p99")?);
    Some(Figure {
        name: "clock error against a source that gains 40 ppm, veth link, p99 of 600 s".to_owned(),
        aim: "1 ms, 1.5 x".to_owned(),
        measured: format!("{ours:.3} ms (greatest {:.3} ms)", milliseconds("ours_probed_max")?),
        peer: format!("{theirs:.3} ms (greatest {:.3} ms; chrony)", milliseconds("chrony_probed_max")?),
        ratio: format!("{:.2} x the error", ours / theirs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_are_compared_as_others_see_them() {
        let output = "error bound stated by our clock: 90.0 us\nours_read_p99 5.0 us of 600\nours_probed_p99 30.0 us of 600\n\
            ours_probed_max 80.0 us of 600\nchrony_probed_p99 40.0 us of 590\nchrony_probed_max 90.0 us of 590\n";
        let row = figure(&Values::read(output)).unwrap();
        assert_eq!((row.measured.as_str(), row.ratio.as_str()), ("0.030 ms (greatest 0.080 ms)", "0.75 x the error"));
        assert!(figure(&Values::read("ours_probed_p99 30.0 us")).is_none());
    }
}
