//! A server, seen from another machine.

use std::net::SocketAddr;
use std::time::Duration;

use api::network::Finding;
use domain::ports::{self, Port};
use lan::discovery::{Found, Seek};
use net::discovery::{Request, search};
use net::time::{Queried, QueryError};

use super::outward::{call, words};
use crate::config::Config;
use crate::network::port_state::number;

/// How long a search or a question of the time may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Calls every port of a server that a viewer needs, on the numbers in effect here.
///
/// # Errors
/// A sentence where the name is unknown, so that nothing could be tried.
pub async fn there(config: &Config, host: &str) -> Result<Vec<Finding>, String> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, ports::CONTROL))
        .await
        .map_err(|error| format!("{host} is not known as the name of a host ({error}); give its address, or see to its name."))?
        .collect();
    if found.is_empty() {
        return Err(format!("the host {host} has no address; give its address, or see to its name."));
    }
    let port = |setting| number(config, row(setting));
    let (http, https, control) = (port("web.http-port"), port("web.https-port"), port("control.port"));
    let (search_port, time_port) = (port("discovery.port"), port("time.port"));
    // All at once: what is dropped on the way costs the whole patience.
    let (on_http, on_https, on_control, by_name, by_multicast, time_told) = tokio::join!(
        tcp(host, http),
        tcp(host, https),
        tcp(host, control),
        search(asking(search_port, vec![host.to_owned()]), PATIENCE),
        search(asking(search_port, Vec::new()), PATIENCE),
        net::time::query(host, time_port, PATIENCE),
    );
    let alive = on_http.is_ok() || on_https.is_ok();
    let mut findings = web(host, [(http, on_http), (https, on_https)]);
    findings.push(self::control(host, control, on_control, alive));
    findings.push(match (by_name, by_multicast) {
        (Ok(by_name), Ok(by_multicast)) => discovery(host, search_port, &by_name, &by_multicast, alive),
        (Err(error), _) | (_, Err(error)) => Finding::trouble(
            format!("{search_port}/udp"),
            format!("This machine cannot search ({}).", words(&error)),
            "Connect it to a network, and allow its user UDP.",
        ),
    });
    findings.push(time(host, time_port, time_told));
    Ok(findings)
}

fn row(setting: &str) -> &'static Port {
    ports::by_setting(setting).expect("the table has a row for each of these settings")
}

async fn tcp(host: &str, port: u16) -> Result<(), String> {
    let host = host.to_owned();
    tokio::task::spawn_blocking(move || call(&host, port)).await.expect("opening a connection does not panic")
}

fn asking(port: u16, names: Vec<String>) -> Request {
    Request { seek: Seek::Servers, port, known: Vec::new(), names, name_system: false }
}

/// The two web ports, one of which is enough.
fn web(host: &str, tried: [(u16, Result<(), String>); 2]) -> Vec<Finding> {
    let open = tried.iter().any(|(_, result)| result.is_ok());
    let finding = |(port, result): (u16, Result<(), String>)| {
        let subject = format!("{port}/tcp");
        match result {
            Ok(()) => Finding::fine(subject, format!("{host} answers on port {port}.")),
            Err(error) if open => {
                Finding::note(subject, format!("{host} does not answer on port {port} ({error}); the other web port is enough."))
            }
            Err(error) => Finding::trouble(
                subject,
                format!("{host} does not answer on port {port} ({error})."),
                format!("Start the server, and let TCP {port} through to it: `signboard firewall` prints the rule."),
            ),
        }
    };
    tried.into_iter().map(finding).collect()
}

fn control(host: &str, port: u16, tried: Result<(), String>, alive: bool) -> Finding {
    let subject = format!("{port}/tcp");
    match tried {
        Ok(()) => Finding::fine(subject, format!("{host} answers on port {port}.")),
        Err(error) if alive => Finding::note(
            subject,
            format!("{host} does not answer on port {port} ({error}); sessions travel through its web ports."),
        ),
        Err(error) => Finding::trouble(
            subject,
            format!("{host} does not answer on port {port} ({error})."),
            format!("Let TCP {port} through to the server, or one of its web ports."),
        ),
    }
}

/// The two searches go from different sockets: a firewall that was crossed by the question to the name lets every later answer to the
/// same socket in, and would hide that it drops answers to multicast.
fn discovery(host: &str, port: u16, by_name: &[Found], by_multicast: &[Found], alive: bool) -> Finding {
    let subject = format!("{port}/udp");
    let unicast = by_name.iter().find(|found| found.by_unicast);
    let multicast = unicast.is_some_and(|named| by_multicast.iter().any(|found| found.endpoint == named.endpoint));
    match (unicast, multicast) {
        (Some(_), true) => Finding::fine(subject, format!("{host} answers searches by multicast and by its name.")),
        (Some(_), false) => Finding::note(
            subject,
            format!("{host} answers a search by its name; no answer to a search by multicast comes through."),
        )
        .remedied("On another network that is as it must be. On the same one, let answers in: `signboard firewall --role viewer` prints the rule."),
        (None, _) => {
            let cause = match alive {
                true => format!("its web port answers, so UDP {port} is dropped on the way or discovery is off there"),
                false => "nothing else of it answers either".to_owned(),
            };
            Finding::trouble(
                subject,
                format!("{host} does not answer searches on UDP {port}: {cause}."),
                format!("Let UDP {port} through to the server (`signboard firewall` prints the rule); until then type its address at the screens."),
            )
        }
    }
}

fn time(host: &str, port: u16, told: Result<Queried, QueryError>) -> Finding {
    let subject = format!("{port}/udp");
    match told {
        Ok(answer) if answer.is_synchronised() => Finding::fine(
            subject,
            format!(
                "{host} gives out time at stratum {}; this machine differs by {:.1} ms.",
                answer.stratum,
                answer.offset.abs() * 1000.0
            ),
        ),
        Ok(_) => Finding::trouble(
            subject,
            format!("{host} answers, and says that its clock is not synchronised."),
            "Name NTP servers in time.servers there, let chrony keep its clock, or set time.orphan-stratum.",
        ),
        Err(error) => Finding::trouble(
            subject,
            format!("{host} gives out no time on UDP {port} ({error})."),
            format!("Let UDP {port} through to the server (`signboard firewall` prints the rule), or set time.mode there."),
        ),
    }
}
