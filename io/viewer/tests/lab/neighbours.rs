//! Screens of one site give each other files: the server sends each of them once, liars are found, and nobody else is let in.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use net::control::{Called, Identity, Key};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};
use testkit::lab::Host;
use viewer::disk::Local;
use viewer::identity::Passport;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Build, Server, Town};

const MIB: u64 = 1 << 20;

/// A picture that cannot be pressed: about nine megabytes.
fn noise(seed: u32) -> anyhow::Result<Vec<u8>> {
    let mut seed = seed;
    let picture = image::RgbImage::from_fn(2_000, 1_500, |_, _| {
        image::Rgb([(); 3].map(|()| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        }))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// A screen that has a place and all that its plan needs.
fn screen<'a>(desk: &Desk<'_>, host: &'a Host, town: &Town, name: &str, hash: &str) -> anyhow::Result<(Computer<'a>, String)> {
    let computer = Computer::start(host, &format!("[server]\naddress = [\"{}\"]\ndiscovery = false\n", town.address()))?;
    let viewer = desk.approve(&json!({"name": name}))?;
    until_whole(desk, &viewer, &computer, hash)?;
    Ok((computer, viewer))
}

fn until_whole(desk: &Desk<'_>, viewer: &str, computer: &Computer<'_>, hash: &str) -> anyhow::Result<()> {
    desk.until("the screen has everything", || {
        let status = desk.status(viewer)?;
        let has_all = ["received", "shown"].map(Value::from).contains(&status["plan"]["state"]);
        Ok((status["online"] == true && has_all && kept(computer, hash).is_file()).then_some(()))
    })
}

/// Where the bytes of its files came from since its start, as it says itself, once they are at least `least` in all: servers, neighbours.
fn fetched(desk: &Desk<'_>, computer: &Computer<'_>, least: u64) -> anyhow::Result<(u64, u64)> {
    // What it says of itself is up to a heartbeat old.
    desk.until("the screen has counted its bytes", || {
        let sums = (computer_sum(computer, "fetched_from_servers")?, computer_sum(computer, "fetched_from_neighbours")?);
        Ok((sums.0 + sums.1 >= least).then_some(sums))
    })
}

/// Bytes that left a host's card.
fn sent(host: &Host) -> anyhow::Result<u64> {
    let output = host.run(Command::new("cat").arg("/proc/net/dev"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("eth0:")).context("there is a card")?;
    Ok(line.split_whitespace().nth(8).context("bytes sent")?.parse()?)
}

/// Where a screen keeps a file.
fn kept(computer: &Computer<'_>, hash: &str) -> PathBuf {
    computer.state().join("cache").join(&hash[..2]).join(hash)
}

fn identity(computer: &Computer<'_>) -> anyhow::Result<Identity> {
    let copy = tempfile::tempdir()?;
    for name in ["identity.key", "identity.json"] {
        fs::copy(computer.state().join(name), copy.path().join(name))?;
    }
    Passport::open(copy.path(), Arc::new(Local)).identity().cloned().context("the screen has a place")
}

/// What a neighbour at this address answers to whoever shows this identity: how long the list of the file's groups is.
fn asks(from: &Host, identity: &Identity, of: &Identity, address: IpAddr, hash: &str, bytes: u64) -> anyhow::Result<usize> {
    let (hash, key) = (blake3::Hash::from_hex(hash)?, of.key.fingerprint());
    from.enter(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut called = Called::call(identity, key, &[SocketAddr::new(address, domain::ports::NEIGHBOURS)]).await?;
            let list = called.list(&hash, bytes).await?.context("it has no such file")?;
            called.open(&hash, 0, bytes).await?;
            ensure!(called.next().await?.is_some(), "nothing comes");
            Ok(list.len())
        })
    })
}

/// Somebody whom no installation knows.
fn stranger(like: &Identity) -> anyhow::Result<Identity> {
    let key = Key::make();
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key.pkcs8().as_slice().into(), &PKCS_ECDSA_P256_SHA256)?;
    let certificate = CertificateParams::default().self_signed(&pair)?.der().to_vec();
    Ok(Identity { key, certificate, ..like.clone() })
}

#[test]
fn lab_screens_of_one_site_fetch_from_each_other_and_believe_no_liar() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let file = noise(7)?;
    let bytes = file.len() as u64;
    let media = desk.upload("a.png", &file)?;
    let hash = blake3::hash(&file).to_hex().to_string();
    desk.show_media(&media)?;
    desk.call("POST", "/viewer-settings", Some(&json!({"destination": "all", "share": true})))?;

    let hosts = [town.segment.host("one")?, town.segment.host("two")?, town.segment.host("three")?];
    // Each behind the firewall that is printed for it.
    let rules = hosts[0].run(Command::new(Build::This.server()?).args(["firewall", "--role", "viewer", "--share"]))?;
    let rules = String::from_utf8(rules.stdout)?;
    ensure!(rules.contains("7238") && rules.contains("drop"), "these are no rules: {rules}");
    for host in &hosts {
        host.nft(&rules)?;
    }
    let (one, first) = screen(&desk, &hosts[0], &town, "One", &hash)?;
    assert!(fetched(&desk, &one, bytes)?.0 >= bytes, "the first has nobody else to ask");
    let (two, second) = screen(&desk, &hosts[1], &town, "Two", &hash)?;
    let sums = fetched(&desk, &two, bytes)?;
    assert!(sums.1 >= bytes, "{sums:?}");
    let before = sent(&town.server)?;
    let (mut three, third) = screen(&desk, &hosts[2], &town, "Three", &hash)?;
    let cost = sent(&town.server)? - before;
    let sums = fetched(&desk, &three, bytes)?;
    assert!(sums.1 >= bytes && sums.0 < MIB && cost < 2 * MIB, "{sums:?} of {bytes} bytes, and the server sent {cost}");
    // The server counts it too, for people and for Prometheus.
    let told = || Ok(desk.status(&third)?["machine"]["fetched_from_neighbours"].as_u64().filter(|told| *told >= bytes));
    desk.until("the server hears where the bytes came from", told)?;
    let metrics = town.server.run(Command::new("curl").args(["--silent", "--noproxy", "*", "http://127.0.0.1/metrics"]))?;
    let metrics = String::from_utf8_lossy(&metrics.stdout).into_owned();
    let line = metrics.lines().find(|line| line.starts_with("signboard_viewer_fetched_bytes_total{from=\"neighbours\"}"));
    let counted: u64 = line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).context("it is counted")?;
    assert!(counted >= 2 * bytes, "{counted}");

    // Two of them lie: a bit in the third MiB, after their lists were made. The third screen takes what is right, and the rest from its server.
    for liar in [&one, &two] {
        let mut spoilt = file.clone();
        spoilt[2 << 20] ^= 1;
        fs::write(kept(liar, &hash), &spoilt)?;
    }
    fs::remove_file(kept(&three, &hash))?;
    three.power_cycle()?;
    desk.until("it begins anew", || Ok((computer_sum(&three, "fetched_from_servers")? >= bytes - 3 * MIB).then_some(())))?;
    until_whole(&desk, &third, &three, &hash)?;
    assert_eq!(fs::read(kept(&three, &hash))?, file, "nothing wrong is kept");
    let sums = fetched(&desk, &three, bytes)?;
    assert!(sums.1 >= 2 * MIB && sums.0 < bytes, "{sums:?} of {bytes} bytes: what was right stays");
    desk.until("people are told", || {
        let events = desk.get(&format!("/viewers/{third}/events?level=warn"))?;
        let events = events["items"].as_array().into_iter().flatten();
        let liars: Vec<_> =
            events.filter(|event| event["code"] == "neighbours.wrong").map(|event| event["text"].clone()).collect();
        let names = |host: &Host| liars.iter().any(|text| text.to_string().contains(&host.card().ipv4().to_string()));
        Ok((liars.len() == 2 && names(&hosts[0]) && names(&hosts[1])).then_some(()))
    })?;

    // Who is let in: a neighbour; not one that lost its place, and no stranger.
    let address = IpAddr::V4(hosts[2].card().ipv4());
    let (mine, yours) = (identity(&two)?, identity(&three)?);
    assert_eq!(asks(&hosts[1], &mine, &yours, address, &hash, bytes)?, usize::try_from(bytes.div_ceil(MIB) * 32)?);
    assert!(asks(&hosts[1], &stranger(&mine)?, &yours, address, &hash, bytes).is_err(), "a stranger was let in");
    let device = desk.status(&second)?["device"].clone();
    desk.call("POST", &format!("/devices/{}/revoke", device.as_str().context("a screen has a device")?), Some(&json!({})))?;
    desk.until("it is let in no more", || Ok(asks(&hosts[1], &mine, &yours, address, &hash, bytes).is_err().then_some(())))?;
    assert!(desk.status(&first)?["online"] == true);

    // Outside of a session nobody is let in: nobody knows who is still a neighbour.
    let host_one = identity(&one)?;
    assert!(asks(&hosts[0], &host_one, &yours, address, &hash, bytes).is_ok());
    drop(server);
    let patience = std::time::Instant::now();
    while asks(&hosts[0], &host_one, &yours, address, &hash, bytes).is_ok() {
        ensure!(patience.elapsed() < Duration::from_secs(40), "the door stays open without a server");
    }
    Ok(())
}

fn computer_sum(computer: &Computer<'_>, name: &str) -> anyhow::Result<u64> {
    Ok(computer.ask("status").ok().and_then(|status| status[name].as_u64()).unwrap_or(0))
}
