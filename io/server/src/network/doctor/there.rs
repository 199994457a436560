//! A server, seen from another machine.

use std::net::SocketAddr;
use std::time::Duration;

use api::network::Finding;
use domain::ports::{self, Port};
use lan::discovery::Seek;
use net::discovery::{Request, search};

use super::outward::call;
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
    let web = web(config, host).await;
    let alive = web.iter().any(|finding| finding.remedy.is_none());
    let mut findings = web;
    findings.push(control(config, host, alive).await);
    findings.push(discovery(config, host, alive).await);
    findings.push(time(config, host).await);
    Ok(findings)
}

fn row(setting: &str) -> &'static Port {
    ports::by_setting(setting).expect("the table has a row for each of these settings")
}

async fn tcp(host: &str, port: u16) -> Result<(), String> {
    let host = host.to_owned();
    tokio::task::spawn_blocking(move || call(&host, port)).await.expect("opening a connection does not panic")
}

/// The two web ports, one of which is enough.
async fn web(config: &Config, host: &str) -> Vec<Finding> {
    let mut tried = Vec::new();
    for setting in ["web.http-port", "web.https-port"] {
        let port = number(config, row(setting));
        tried.push((port, tcp(host, port).await));
    }
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

async fn control(config: &Config, host: &str, alive: bool) -> Finding {
    let port = number(config, row("control.port"));
    let subject = format!("{port}/tcp");
    match tcp(host, port).await {
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

async fn discovery(config: &Config, host: &str, alive: bool) -> Finding {
    let port = number(config, row("discovery.port"));
    let subject = format!("{port}/udp");
    let request = Request { seek: Seek::Servers, port, known: Vec::new(), names: vec![host.to_owned()], name_system: false };
    let found = match search(request, PATIENCE).await {
        Ok(found) => found,
        Err(error) => {
            let text = format!("This machine cannot search ({error}).");
            return Finding::trouble(subject, text, "Connect it to a network, and allow its user UDP.");
        }
    };
    let unicast = found.iter().find(|found| found.by_unicast);
    let multicast = unicast.is_some_and(|found| found.by_multicast);
    match (unicast, multicast) {
        (Some(_), true) => Finding::fine(subject, format!("{host} answers searches by multicast and by its name.")),
        (Some(_), false) => Finding::note(
            subject,
            format!("{host} answers a search by its name; no answer to a search by multicast comes through."),
        )
        .remedied("On another network that is as it must be. On the same one, let answers in: `signboard firewall --role viewer` prints the rule."),
        (None, _) => {
            let cause = if alive { "its web port answers, so UDP 3702 is dropped on the way or discovery is off there" } else { "nothing else of it answers either" };
            Finding::trouble(
                subject,
                format!("{host} does not answer searches on UDP {port}: {cause}.").replace("UDP 3702", &format!("UDP {port}")),
                format!("Let UDP {port} through to the server (`signboard firewall` prints the rule); until then type its address at the screens."),
            )
        }
    }
}

async fn time(config: &Config, host: &str) -> Finding {
    let port = number(config, row("time.port"));
    let subject = format!("{port}/udp");
    match net::time::query(host, port, PATIENCE).await {
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
