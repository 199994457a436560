//! Time for viewers (`docs/protocols/time.md`).

use std::net::SocketAddr;

use ::lan::ntp::Limit;
use api::network::Finding;
use net::time::{BindError, Listen, Mode, Settings, SourceName, TimeService};

use crate::config::{Config, TimeMode};
use crate::listen::Holder;

/// Starts the service as the settings want it; none where it is switched off. Where its port cannot be had, following sources goes on and
/// `aside` says why nobody is answered.
pub(super) fn start(config: &Config, aside: &mut Vec<Finding>) -> Option<TimeService> {
    let time = &config.time;
    let mode = match time.mode {
        _ if !time.enabled => return None,
        TimeMode::Off => return None,
        TimeMode::Auto => Mode::Auto,
        TimeMode::System => Mode::System,
        TimeMode::Own => Mode::Own,
    };
    let addresses = config.bind.address.iter().map(|address| SocketAddr::new(*address, time.port)).collect();
    let limit = (time.rate_limit > 0).then(|| Limit { per_second: f64::from(time.rate_limit), ..Limit::default() });
    let service = TimeService::start(Settings {
        mode,
        listen: Some(Listen { addresses, limit }),
        sources: time
            .servers
            .iter()
            .map(|server| SourceName { host: server.host().to_owned(), port: server.port_or(domain::ports::TIME) })
            .collect(),
        client_port: Some(time.client_port).filter(|port| *port != 0),
        orphan_stratum: u8::try_from(time.orphan_stratum).unwrap_or(0),
        ..Settings::default()
    });
    if let Some(Err(error)) = service.server() {
        aside.push(trouble(time.port, error));
    }
    Some(service)
}

fn trouble(port: u16, error: &BindError) -> Finding {
    let subject = format!("{port}/udp");
    if error.is_taken() {
        let holder =
            Holder::of(domain::ports::Protocol::Udp, port).map_or("another program".to_owned(), |holder| holder.to_string());
        return Finding::trouble(
            subject,
            format!("UDP port {port} is taken by {holder}, so screens get no time by NTP from Signboard."),
            "Let that program answer the screens, or stop it and start the server again; time.enabled = false ends this warning.",
        );
    }
    if error.is_forbidden() {
        return Finding::trouble(
            subject,
            format!("This user has no right to open UDP port {port}, so screens get no time by NTP."),
            "Start the systemd unit, which grants it, or choose another port with time.port.",
        );
    }
    Finding::trouble(
        subject,
        format!("Screens get no time by NTP: {error}."),
        "Set bind.address to addresses of this machine, or time.port.",
    )
}
