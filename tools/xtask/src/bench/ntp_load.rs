//! What questions for the time cost, beside chrony in the same run.

use std::net::UdpSocket;
use std::time::Duration;

use super::example;
use super::figure::Figure;
use super::instance::Instance;
use super::server::{Server, fresh_folder};
use super::values::Values;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::server_binary::{self, Profile};
use crate::{tool, web};

/// Questions per second, what it stands for, and the aim.
const RATES: [(&str, &str, &str); 3] = [
    ("idle", "nobody asks", ""),
    ("312", "312/s (20,000 viewers at 64 s)", "under 1 % of a core, none lost"),
    ("10000", "10,000/s", "none lost"),
];
/// Seconds of each round.
const SECONDS: &str = "10";
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the load of `io/net/examples/time_bench` at the service alone, at a whole server, and at chrony.
///
/// # Errors
/// Where chrony is missing, a server cannot be built or started, or the program fails or leaves a number out.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::lab::CHRONY], consent)?;
    web::prepare(consent)?;
    let binary = server_binary::build(Profile::Release)?;
    let data = fresh_folder("ntp-load")?;
    let instance = Instance::new(&binary, &data)?;
    let port = free()?;
    let mut command = instance.command();
    for setting in
        ["time.enabled=true".to_owned(), "time.mode=own".to_owned(), "time.rate-limit=0".to_owned(), format!("time.port={port}")]
    {
        command.arg("--set").arg(setting);
    }
    let server = Server::start(command, instance.http, "/readyz", PATIENCE)?;
    let whole = format!("server:{port}:{}", server.id());
    let output = example::said(example::command("signboard-net", "time_bench").args(["--", "load", SECONDS, &whole]))?;
    server.stop();
    figures(&Values::read(&output)).ok_or_else(|| Failure::failed("`time_bench load` left a number out."))
}

/// A UDP port that is free now.
fn free() -> Result<u16, Failure> {
    let port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).map(|address| address.port());
    port.map_err(|error| Failure::unavailable(format!("No free UDP port was found: {error}.")))
}

/// Two rows for each rate: the service alone, and the whole server.
fn figures(values: &Values) -> Option<Vec<Figure>> {
    let row = |who: &str, of: &str, (rate, name, aim): (&str, &str, &str)| {
        let cpu = |who: &str| values.get(&format!("{who}_{rate}_cpu"));
        let told = |who: &str| {
            let lost = values.get(&format!("{who}_{rate}_lost")).map(|lost| format!(", {lost} lost"));
            let is_whole = lost.is_some() || rate == "idle";
            is_whole.then(|| Some(format!("{:.2} % of a core{}", cpu(who)?, lost.unwrap_or_default())))?
        };
        let (ours, theirs) = (cpu(who)?, cpu("chrony")?);
        let ratio = if theirs > 0.0 { format!("{:.2} x the CPU", ours / theirs) } else { String::new() };
        Some(Figure {
            name: format!("NTP, {name}, {of}"),
            aim: aim.to_owned(),
            measured: told(who)?,
            peer: format!("{} (chrony)", told("chrony")?),
            ratio,
        })
    };
    let rows =
        RATES.into_iter().flat_map(|rate| [row("ours", "the service alone", rate), row("server", "the whole server", rate)]);
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rate_becomes_two_rows_and_a_missing_number_is_noticed() {
        let mut output = String::new();
        for (who, cpu) in [("ours", 0.4), ("server", 0.6), ("chrony", 0.8)] {
            output += &format!("{who}_idle_cpu 0.010 percent\n{who}_312_cpu {cpu} percent of [0.3, {cpu}, 0.9]\n");
            output += &format!("{who}_312_lost 0 of 9360\n{who}_10000_cpu 9.00 percent\n{who}_10000_lost 3 of 300000\n");
        }
        let rows = figures(&Values::read(&output)).unwrap();
        assert_eq!(rows.len(), 6);
        assert_eq!(
            (rows[1].name.as_str(), rows[1].measured.as_str()),
            ("NTP, nobody asks, the whole server", "0.01 % of a core")
        );
        assert_eq!(rows[2].measured, "0.40 % of a core, 0 lost");
        assert_eq!((rows[3].peer.as_str(), rows[3].ratio.as_str()), ("0.80 % of a core, 0 lost (chrony)", "0.75 x the CPU"));
        assert_eq!(rows[5].measured, "9.00 % of a core, 3 lost");
        for missing in ["server_10000_lost", "chrony_312_cpu", "ours_idle_cpu"] {
            assert!(figures(&Values::read(&output.replace(missing, "other"))).is_none(), "{missing}");
        }
    }
}
