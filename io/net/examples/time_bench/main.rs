//! Measures time over the network beside chrony, in one run. Needs root, `chronyd`, `ip` and `nft`.
//!
//! `time_bench precision [SECONDS]`: a source of known drift, our client and chrony's over veth links; the errors of both clocks.
//! `time_bench load [SECONDS [NAME:PORT:PROCESS]...]`: our server, chrony's and those named, which run already, without questions and at 312 and
//! 10,000 questions per second; CPU time and losses. The seconds are of each of three rounds.
//! `time_bench serve PORT`: only the server of `load`, until it is killed.
//!
//! The last lines of the output are `name value unit`, for a program to read.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for figures: its output is its purpose, and it may fail loudly"
)]

mod load;
mod precision;

use std::env;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let number = |default: u64| words.get(1).map_or(Ok(default), |word| word.parse());
    match words.first().map(String::as_str) {
        Some("precision") => precision::run(number(600)?),
        Some("load") => load::run(number(10)?, words.get(2..).unwrap_or_default()),
        Some("serve") => load::serve(u16::try_from(number(123)?)?),
        _ => anyhow::bail!("say `precision [SECONDS]`, `load [SECONDS [NAME:PORT:PROCESS]...]` or `serve PORT`"),
    }
}

/// The value below which this share of the values lies.
fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    values[((last as f64) * share).round() as usize]
}
