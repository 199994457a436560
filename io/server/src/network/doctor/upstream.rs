//! Whether the sources of time answer this server.

use std::time::Duration;

use api::network::Finding;
use domain::ports;
use futures::future::join_all;
use net::time::{Queried, query};

use crate::config::{Time, TimeMode};

/// How long a source may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks each of `time.servers`, all at the same time; none where nobody is asked.
pub(super) async fn check(time: &Time) -> Vec<Finding> {
    if !time.is_on() || time.mode == TimeMode::System {
        return Vec::new();
    }
    let ask = async |host: String, port: u16| {
        let answer = query(&host, port, PATIENCE).await;
        (host, port, answer.map_err(|error| error.to_string()))
    };
    let sources = time.servers.iter().map(|server| (server.host().to_owned(), server.port_or(ports::TIME)));
    let answers = join_all(sources.map(|(host, port)| ask(host, port))).await;
    let is_good = |answer: &Result<Queried, String>| answer.as_ref().is_ok_and(Queried::is_synchronised);
    let one_is_good = answers.iter().any(|(_, _, answer)| is_good(answer));
    answers.into_iter().map(|(host, port, answer)| finding(&host, port, answer, one_is_good)).collect()
}

fn finding(host: &str, port: u16, answer: Result<Queried, String>, one_is_good: bool) -> Finding {
    let subject = format!("{port}/udp out");
    let text = match answer {
        Ok(answer) if answer.is_synchronised() => {
            let ms = answer.offset.abs() * 1000.0;
            let text = format!("{host} gives time at stratum {}; this machine differs by {ms:.1} ms.", answer.stratum);
            return Finding::fine(subject, text);
        }
        Ok(_) => format!("{host} answers, and says that its clock is not synchronised."),
        Err(error) => format!("{host} gives no time ({error})."),
    };
    if one_is_good {
        return Finding::note(subject, text);
    }
    let remedy = format!("Let UDP {port} leave this machine and its answers come back, or name other servers in time.servers.");
    Finding::trouble(subject, text, remedy)
}

#[cfg(test)]
mod tests {
    use api::network::Verdict;

    use super::*;

    #[test]
    fn a_silent_source_is_trouble_unless_another_answers() {
        let silent = || Err("192.0.2.1:123 did not answer by NTP".to_owned());
        let alone = finding("192.0.2.1", 123, silent(), false);
        assert_eq!((alone.subject.as_str(), alone.verdict), ("123/udp out", Verdict::Trouble));
        assert!(alone.remedy.unwrap().contains("UDP 123"));
        assert_eq!(finding("192.0.2.1", 1123, silent(), true).verdict, Verdict::Note);
    }
}
