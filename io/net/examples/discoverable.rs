//! A discoverable server without anything else, for trying other programs against it: `discoverable NAME [HTTP-PORT]`. Interrupt it to end it.
#![expect(clippy::print_stdout, reason = "it talks to the one who started it")]

use std::time::{SystemTime, UNIX_EPOCH};

use lan::discovery::{Card, PORT, Role};
use net::discovery::{Service, Settings};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "Signboard".to_owned());
    let http = arguments.next().map_or(Ok(80), |port| port.parse())?;
    let random = || uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    let (endpoint, installation): (Uuid, Uuid) = (random(), random());
    let card = Card {
        role: Role::Main,
        installation,
        name,
        server: None,
        site: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        certificate: None,
        http: Some(http),
        https: None,
        control: None,
    };
    let started = u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let service = Service::start(Settings {
        endpoint,
        card,
        port: PORT,
        started,
        addresses: vec![std::net::Ipv4Addr::UNSPECIFIED.into()],
        multicast_dns: true,
    })?;
    println!("discoverable as {}", endpoint.urn());
    tokio::signal::ctrl_c().await?;
    let stats = service.stats();
    service.stop().await;
    println!("heard {}, answered {}", stats.counters.heard, stats.counters.answered);
    for (reason, count) in stats.counters.each_dropped().filter(|(_, count)| *count > 0) {
        println!("dropped {count}: {reason}");
    }
    Ok(())
}
