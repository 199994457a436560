//! Discovery with programs that others wrote: Debian's wsdd, the WSDiscovery package of PyPI, and Avahi.
#![allow(clippy::unwrap_used, reason = "tests")]

mod discovery_server;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use discovery_server::{ENDPOINT, PRESENTATION, Server, quiet, search};
use lan::discovery::{Found, SIGNBOARD, Seek, Version, device, urn};
use net::discovery::Request;
use testkit::lab::Lab;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(30);

/// A Python that has the WSDiscovery package: `XTASK_TEST_PYTHON`, the one below `target/venv`, or the system's.
fn python() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
    let chosen = std::env::var_os("XTASK_TEST_PYTHON").map(PathBuf::from);
    let has = |python: &PathBuf| {
        Command::new(python).args(["-c", "import wsdiscovery"]).output().is_ok_and(|output| output.status.success())
    };
    [chosen, Some(target), Some("python3".into())].into_iter().flatten().find(has)
}

fn lab_with_python() -> anyhow::Result<Option<(Lab, PathBuf)>> {
    match python() {
        Some(python) => Ok(Lab::open()?.map(|lab| (lab, python))),
        None => {
            let missing =
                [("wsdiscover", "python3-venv; python3 -m venv target/venv; target/venv/bin/pip install WSDiscovery==2.1.2")];
            Lab::open_with(&missing)?;
            Ok(None)
        }
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(name)
}

#[test]
fn lab_wsdiscovery_finds_the_server_by_type_and_scope() -> anyhow::Result<()> {
    let Some((lab, python)) = lab_with_python()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let _server = Server::start(&host, "Town hall", false);
    let ask = |arguments: &[&str]| {
        let output = screen.run(Command::new(&python).arg(script("wsdiscovery_search.py")).args(arguments)).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("done"), "{text}{}", String::from_utf8_lossy(&output.stderr));
        text
    };
    let all = ask(&[]);
    let lines = [
        format!("endpoint {}", urn(ENDPOINT)),
        format!("type {} Device", Version::April2005.device_profile()),
        format!("type {SIGNBOARD} Server"),
        "scope signboard:/role/main".to_owned(),
        // The package undoes the encoding of spaces.
        "scope signboard:/name/Town hall".to_owned(),
        "scope signboard:/https/443".to_owned(),
    ];
    for line in lines {
        assert!(all.lines().any(|said| said == line), "{line}\n{all}");
    }
    // It keeps the answer that came last, of either family.
    let ours = [format!("address http://{}:80/wsd", host.card().ipv4()), "address http://[fe80:".to_owned()];
    assert!(ours.iter().any(|address| all.contains(address)), "{all}");
    assert!(ask(&[SIGNBOARD, "Server", "signboard:/role"]).contains(&urn(ENDPOINT)), "a scope matches by whole segments");
    assert!(!ask(&[SIGNBOARD, "Server", "signboard:/role/backup"]).contains(&urn(ENDPOINT)));
    assert!(!ask(&["urn:other", "Printer"]).contains(&urn(ENDPOINT)));
    Ok(())
}

#[test]
fn lab_our_search_finds_a_device_of_wsdiscovery() -> anyhow::Result<()> {
    let Some((lab, python)) = lab_with_python()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("camera")?, segment.host("screen")?);
    let program = host.start(Command::new(&python).arg(script("wsdiscovery_publish.py")).arg(host.card().ipv4().to_string()))?;
    program.wait_for("published", PATIENCE)?;
    let found = search(&screen, Request { seek: Seek::Devices, ..quiet() }, PATIENCE, |found: &[Found]| !found.is_empty());
    assert!(
        found.iter().any(|one| one.urls.contains(&format!("http://{}:8080/device", host.card().ipv4()))),
        "{found:?} {:?}",
        program.lines()
    );
    assert!(found[0].scopes[0].starts_with("onvif://"), "{found:?}");
    assert_eq!(found[0].card, None);
    Ok(())
}

#[test]
fn lab_wsdd_lists_the_server_with_its_metadata() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("wsdd", "wsdd")])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let _server = Server::start(&host, "Town hall", false);
    let program =
        screen.start(Command::new("wsdd").args(["--discovery", "--no-host", "--verbose", "--verbose", "--shortlog"]))?;
    program.wait_for("discovered Town hall", PATIENCE)?;
    let said = program.wait_for("'FriendlyName': 'Town hall'", PATIENCE)?;
    for part in ["'Manufacturer': 'Signboard'", "'FirmwareVersion': '0.1.0'", PRESENTATION] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    Ok(())
}

#[test]
fn lab_our_search_finds_wsdd_and_reads_its_metadata() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("wsdd", "wsdd")])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("files")?, segment.host("screen")?);
    let program = host.start(Command::new("wsdd").args(["--ipv4only", "--hostname", "files", "--verbose", "--shortlog"]))?;
    program.wait_for("joined multicast group", PATIENCE)?;
    // A match of wsdd has no address: it has to be resolved.
    let resolved = |found: &[Found]| found.iter().any(|one| !one.urls.is_empty());
    let found = search(&screen, Request { seek: Seek::Devices, ..quiet() }, PATIENCE, resolved);
    assert!(resolved(&found), "{found:?} {:?}", program.lines());
    let url = &found[0].urls[0];
    assert!(url.starts_with(&format!("http://{}:5357/", host.card().ipv4())), "{url}");
    let question = device::question(Version::April2005, &found[0].endpoint, Uuid::from_u128(1));
    let body = tempfile::NamedTempFile::new()?;
    std::fs::write(body.path(), question)?;
    let code = "import sys, urllib.request as u; \
                r = u.Request(sys.argv[1], open(sys.argv[2], 'rb').read(), {'Content-Type': sys.argv[3]}); \
                sys.stdout.buffer.write(u.urlopen(r, timeout=9).read())";
    let output = screen.run(Command::new("python3").args(["-c", code, url]).arg(body.path()).arg(device::CONTENT_TYPE))?;
    let metadata = device::read(&output.stdout)?;
    assert!(metadata.friendly_name.is_some_and(|name| name.contains("files")), "{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// A message bus and Avahi's daemon with own folders, inside a host and a mount namespace of their own.
const AVAHI: &str = r#"
set -e
folder=$1
mount -t tmpfs none /run
mkdir -p /run/dbus /run/avahi-daemon
cat > "$folder/bus.conf" <<END
<busconfig><type>system</type><listen>unix:path=$folder/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
END
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$folder/bus
dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile &
while [ ! -S "$folder/bus" ]; do sleep 0.05; done
printf '[server]\nuse-ipv4=yes\nuse-ipv6=yes\nenable-dbus=yes\n' > "$folder/avahi.conf"
exec avahi-daemon --no-drop-root --no-chroot --no-rlimits --file="$folder/avahi.conf"
"#;

#[test]
fn lab_avahi_browses_the_server() -> anyhow::Result<()> {
    let needed =
        [("avahi-daemon", "avahi-daemon"), ("avahi-browse", "avahi-utils"), ("dbus-daemon", "dbus"), ("unshare", "util-linux")];
    let Some(lab) = Lab::open_with(&needed)? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let server = Server::start(&host, "Town hall", true);
    let folder = tempfile::tempdir()?;
    let daemon = screen.start(
        Command::new("unshare").args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", AVAHI, "sh"]).arg(folder.path()),
    )?;
    daemon.wait_for("Server startup complete", PATIENCE)?;
    let bus = format!("unix:path={}", folder.path().join("bus").display());
    let browse = |kind: &str| {
        screen.start(
            Command::new("avahi-browse")
                .args(["--resolve", "--parsable", "--no-db-lookup", kind])
                .env("DBUS_SYSTEM_BUS_ADDRESS", &bus),
        )
    };
    let ours = browse("_signboard._tcp")?;
    let said = ours.wait_for("=;eth0;IPv4;Town\\032hall;_signboard._tcp;local;", PATIENCE)?;
    for part in [
        format!(";{};443;", host.card().ipv4()),
        format!("\"id={ENDPOINT}\""),
        "\"role=main\"".to_owned(),
        "\"fp=abab".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}\n{said}");
    }
    let said = browse("_http._tcp")?.wait_for("=;eth0;IPv4;Town\\032hall;_http._tcp;local;", PATIENCE)?;
    assert!(said.contains(";80;\"path=/\""), "{said}");
    server.stop();
    ours.wait_for("-;eth0;IPv4;Town\\032hall;_signboard._tcp;local", PATIENCE)?;
    Ok(())
}

/// Runs the example program `search` with its own `/etc/resolv.conf`.
const WITH_RESOLVER: &str = r#"mount --bind "$1" /etc/resolv.conf && shift && exec "$@""#;

#[test]
fn lab_the_name_system_leads_to_the_server() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("dnsmasq", "dnsmasq-base"), ("unshare", "util-linux")])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, names, screen) = (segment.host("server")?, segment.host("names")?, segment.host("screen")?);
    let _server = Server::start(&host, "Town hall", false);
    screen.nft("table inet f {\n chain input {\n type filter hook input priority 0; policy drop;\n iif lo accept\n ct state established,related accept\n meta l4proto ipv6-icmp accept\n }\n}")?;
    let folder = tempfile::tempdir()?;
    let resolver = folder.path().join("resolv.conf");
    std::fs::write(&resolver, format!("nameserver {}\nsearch site.example\n", names.card().ipv4()))?;
    let address = host.card().ipv4();
    let program = std::env::current_exe()?.with_file_name("").join("../examples/search");
    let ways = [
        vec![
            "--srv-host=_signboard._tcp.site.example,reception.site.example,443".to_owned(),
            format!("--address=/reception.site.example/{address}"),
        ],
        vec![format!("--address=/signboard.site.example/{address}")],
    ];
    for way in ways {
        let mut dns = Command::new("dnsmasq");
        dns.args([
            "--keep-in-foreground",
            "--no-resolv",
            "--no-hosts",
            "--conf-file=/dev/null",
            "--pid-file",
            "--user=root",
            "--log-facility=-",
        ]);
        let dns = names.start(dns.args(["--log-queries"]).args(&way))?;
        dns.wait_for("started", PATIENCE)?;
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", WITH_RESOLVER, "sh"]).arg(&resolver).arg(&program).arg("20");
        let search = screen.start(&mut command)?;
        let said = search.wait_for(&format!("found {}", urn(ENDPOINT)), PATIENCE)?;
        assert!(said.contains("multicast=false unicast=true"), "{way:?} {said}");
    }
    Ok(())
}

#[test]
fn lab_wsdd_runs_beside_the_server() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("wsdd", "wsdd")])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let program = host.start(Command::new("wsdd").args(["--ipv4only", "--hostname", "files", "--verbose", "--shortlog"]))?;
    program.wait_for("joined multicast group", PATIENCE)?;
    let _server = Server::start(&host, "Town hall", false);
    let found = search(&screen, Request { seek: Seek::Devices, ..quiet() }, PATIENCE, |found: &[Found]| found.len() == 2);
    let ours = found.iter().filter(|one| one.endpoint == urn(ENDPOINT)).count();
    assert_eq!((found.len(), ours), (2, 1), "{found:?} {:?}", program.lines());
    Ok(())
}
