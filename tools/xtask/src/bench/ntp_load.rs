//! What questions for the time cost, beside chrony in the same run.

use super::example;
use super::figure::Figure;
use super::values::Values;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::tool;

/// Questions per second, what it stands for, and the aim.
const RATES: [(u32, &str, &str); 2] =
    [(312, "312/s (20,000 viewers at 64 s)", "under 1 % of a core, none lost"), (10_000, "10,000/s", "none lost")];

/// Runs the load of `io/net/examples/time_bench` at both servers.
///
/// # Errors
/// Where chrony is missing, or the program fails or leaves a number out.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::lab::CHRONY], consent)?;
    let output = example::said(example::command("signboard-net", "time_bench").args(["--", "load"]))?;
    figures(&Values::read(&output)).ok_or_else(|| Failure::failed("`time_bench load` left a number out."))
}

fn figures(values: &Values) -> Option<Vec<Figure>> {
    let row = |(rate, name, aim): (u32, &str, &str)| {
        let cpu = |who: &str| values.get(&format!("{who}_{rate}_cpu"));
        let told = |who: &str| Some(format!("{:.2} % of a core, {} lost", cpu(who)?, values.get(&format!("{who}_{rate}_lost"))?));
        let (ours, theirs) = (cpu("ours")?, cpu("chrony")?);
        // Processor time comes in steps of 10 ms, so that a load this small may count as none.
        let ratio = if theirs > 0.0 { format!("{:.2} x the CPU", ours / theirs) } else { String::new() };
        Some(Figure {
            name: format!("NTP, {name}"),
            aim: aim.to_owned(),
            measured: told("ours")?,
            peer: format!("{} (chrony)", told("chrony")?),
            ratio,
        })
    };
    RATES.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_rates_become_rows_and_a_missing_number_is_noticed() {
        let output = "ours_312_cpu 0.40 percent\nours_312_lost 0 of 3120\nchrony_312_cpu 0.80 percent\nchrony_312_lost 0 of 3120\n\
            ours_10000_cpu 9.00 percent\nours_10000_lost 3 of 100000\nchrony_10000_cpu 0.00 percent\nchrony_10000_lost 0 of 100000\n";
        let rows = figures(&Values::read(output)).unwrap();
        assert_eq!(rows[0].measured, "0.40 % of a core, 0 lost");
        assert_eq!((rows[0].peer.as_str(), rows[0].ratio.as_str()), ("0.80 % of a core, 0 lost (chrony)", "0.50 x the CPU"));
        assert_eq!((rows[1].measured.as_str(), rows[1].ratio.as_str()), ("9.00 % of a core, 3 lost", ""));
        assert!(figures(&Values::read(&output.replace("ours_10000_lost", "other"))).is_none());
    }
}
