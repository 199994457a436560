//! The tunnel through the web ports.

use net::control::{Dialer, JudgedAt, Trust, Way};
use reqwest::header::{CONNECTION, UPGRADE};

use crate::counts::Counts;
use crate::device::{Device, address, connect, hear};
use crate::server::Site;

#[tokio::test]
async fn enrolment_and_sessions_travel_through_80_and_through_443() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&[]).await;
    for (n, way) in [(1, Way::Http), (2, Way::Https)] {
        let dialer = Dialer::unknown(Trust::First, JudgedAt::system());
        let link = dialer.dial(&[address(&site, way)]).await.unwrap_or_else(|report| panic!("{report}"));
        assert_eq!(link.way(), way);
        assert_eq!(link.control_port(), Some(site.app.control.ports().control), "the answer names the control port");
        let device = Device::new(n);
        let mut replies = link.enrol(device.request.clone()).await.unwrap();
        let control::v1::enrol_reply::Standing::Pending(pending) = hear(&mut replies).await else { panic!("it waits") };
        let waiting = ada.get("/devices/pending").await.ok();
        assert_eq!(waiting[0]["address"], "127.0.0.1", "the address of the machine, not of the tunnel");
        let wish = serde_json::json!({"code": pending.code, "name": format!("Pier {n}")});
        ada.post("/devices/approve", &wish).await.ok();
        let identity = device.identity(hear(&mut replies).await);
        connect(&site, &identity, way).await.health().await.unwrap();
    }
    assert!(counts.of("signboard_control_tunnels_total ") >= 4);
}

#[tokio::test]
async fn through_80_files_come_inside_the_tunnel_and_nobody_hears_the_capability() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let hash = blake3::hash(b"a picture");
    let place = site.app.core.store().media().path(domain::cell::Hash(*hash.as_bytes()));
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(&place, b"a picture").unwrap();
    let capability = site.app.control.capabilities.issue(identity.device.parse().unwrap());
    for (way, text, is_given) in [
        (Way::Https, capability.text(), true),
        (Way::Https, "another", false),
        // The certificate says who asks: what would be sent in the clear does not matter.
        (Way::Http, "another", true),
        (Way::Control, "another", true),
    ] {
        let opened = connect(&site, &identity, way).await.media(text).open(&hash, 0).await;
        assert_eq!(opened.is_ok(), is_given, "{way}: {:?}", opened.err());
    }
}

#[tokio::test]
async fn with_http_in_redirect_mode_the_tunnel_is_on_https_only() {
    let (site, _ada) = Site::set_up(&[]).await;
    drop(site.stop().await);
    let site = Site::empty(&["web.http-mode=redirect"]).await;
    assert_eq!(site.app.control.ports().http, 0, "no tunnel is announced there");
    let dialer = Dialer::unknown(Trust::First, JudgedAt::system());
    dialer.dial(&[address(&site, Way::Https)]).await.unwrap().health().await.unwrap();
    let http =
        net::control::Address { http_port: site.base.rsplit(':').next().unwrap().parse().unwrap(), ..address(&site, Way::Http) };
    assert!(dialer.dial(&[http]).await.is_err());
}

#[tokio::test]
async fn a_browser_that_opens_the_tunnels_address_is_told_so() {
    let (site, _ada) = Site::set_up(&[]).await;
    let stranger = site.stranger();
    stranger.get(&format!("{}/tunnel", site.base)).await.refused(400, "malformed", "");
    let half = stranger
        .request(reqwest::Method::GET, &format!("{}/tunnel", site.base))
        .header(CONNECTION, "upgrade")
        .header(UPGRADE, "websocket");
    stranger.send(half).await.refused(400, "malformed", "");
}

#[tokio::test]
async fn what_is_no_tls_inside_a_tunnel_ends_it() {
    use futures::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};
    let counts = Counts::start();
    let (site, _ada) = Site::set_up(&[]).await;
    let mut request = format!("{}/tunnel", site.base.replace("http://", "ws://")).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "signboard.tunnel.v1".parse().unwrap());
    let (mut socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "signboard.tunnel.v1");
    socket.send(Message::binary(b"GET / HTTP/1.1\r\n\r\n".to_vec())).await.unwrap();
    while let Some(Ok(message)) = socket.next().await {
        assert!(!message.into_data().starts_with(b"HTTP"));
    }
    assert_eq!(counts.refused("not_tls"), 1);
}
