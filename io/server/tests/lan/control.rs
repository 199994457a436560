//! TCP 7237, asked by curl and by a viewer's end, which finds its way through 80 and 443 too.

use net::control::{Address, Dialer, JudgedAt, Trust, Way};

use crate::running::{Running, Town};

const CURL: (&str, &str) = ("curl", "curl");

/// By which way a viewer on the screen's host reaches a server that is well; none: by no way.
fn way(town: &Town) -> Option<Way> {
    let address = Address::usual(town.address());
    town.screen.enter(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let link = Dialer::unknown(Trust::First, JudgedAt::system()).dial(&[address]).await.ok()?;
            link.health().await.ok().map(|()| link.way())
        })
    })
}

/// With these ports dropped a viewer still finds its way, and by which of the others.
fn without(town: &Town, ports: &str, left: &[Way]) -> anyhow::Result<()> {
    let _filter = town.server.drop_incoming(&format!("tcp dport {{ {ports} }}"))?;
    let way = way(town);
    assert!(way.is_some_and(|way| left.contains(&way)), "without {ports}: {way:?}");
    Ok(())
}

#[test]
fn lab_port_7237_answers_curl_and_any_one_of_7237_443_and_80_is_enough() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[CURL])? else { return Ok(()) };
    let _running = Running::start(&town.server, &[])?;
    let url = format!("https://{}:7237/healthz", town.address());
    assert_eq!(town.page(&url).as_deref(), Some("ok\n"));
    assert_eq!(town.page(&format!("http://{}:7237/healthz", town.address())), None, "without TLS nothing is answered");
    assert_eq!(way(&town), Some(Way::Control));
    let found = town.doctor(&[]);
    assert_eq!((found.code, found.verdict("7237/tcp")), (0, "fine"), "{found:?}");

    let filter = town.server.drop_incoming("tcp dport 7237")?;
    assert!(town.is_closed("https", 7237) && filter.dropped()? > 0);
    assert!(town.answers("http", 80) && town.answers("https", 443), "the web goes on");
    let found = town.doctor(&[]);
    assert_eq!((found.code, found.verdict("7237/tcp")), (0, "note"), "{found:?}");
    assert!(found.text("7237/tcp").contains("sessions travel through its web ports"), "{found:?}");
    drop(filter);

    without(&town, "7237", &[Way::Https, Way::Http])?;
    without(&town, "7237, 80", &[Way::Https])?;
    without(&town, "7237, 443", &[Way::Http])?;
    without(&town, "80, 443", &[Way::Control])
}
