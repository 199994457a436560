//! The ways to a server: each alone, in a race, through proxies.

use std::net::TcpListener;

use net::control::{Address, DialFault, Dialer, Exceptions, Link, Proxy, ProxyFault, Way};
use tokio::io::AsyncWriteExt;

use super::programs::Program;
use super::server::Server;
use super::web::{CAPABILITY, File};

const WAYS: [Way; 3] = [Way::Control, Way::Https, Way::Http];

/// The address with one way open.
fn only(address: &Address, way: Way) -> Address {
    let port = |other| if way == other { address.port(other) } else { 0 };
    Address { control_port: port(Way::Control), https_port: port(Way::Https), http_port: port(Way::Http), ..address.clone() }
}

/// A port of loopback on which nothing answers.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Everything works on a link: calls, and files.
async fn works(server: &Server, link: &Link) {
    link.health().await.unwrap();
    let bytes = bytes::Bytes::from(vec![7; 300_000]);
    let hash = blake3::hash(&bytes);
    server.files.put(&hash, File::Whole(bytes.clone()));
    let mut piece = link.media(CAPABILITY).open(&hash, 100).await.unwrap();
    assert_eq!((piece.from(), piece.length()), (100, 300_000));
    let mut read = Vec::new();
    while let Some(bytes) = piece.next().await.unwrap() {
        read.extend_from_slice(&bytes);
    }
    assert!(read == bytes[100..]);
}

async fn dialled(dialer: &Dialer, address: &Address) -> Link {
    dialer.dial(std::slice::from_ref(address)).await.unwrap()
}

#[tokio::test]
async fn each_way_alone_suffices() {
    let server = Server::start().await;
    for way in WAYS {
        let link = dialled(&server.dialer(), &only(&server.address, way)).await;
        assert_eq!(link.way(), way);
        assert_eq!(link.control_port(), (way != Way::Control).then_some(7240));
        works(&server, &link).await;
    }
}

#[tokio::test]
async fn the_control_port_wins_where_it_answers_and_the_preferred_way_is_first() {
    let server = Server::start().await;
    assert_eq!(dialled(&server.dialer(), &server.address).await.way(), Way::Control);
    *server.accepted.lock().unwrap() = 0;
    for way in [Way::Https, Way::Http] {
        let dialer = Dialer { preferred: Some(way), ..server.dialer() };
        assert_eq!(dialled(&dialer, &server.address).await.way(), way);
    }
    assert_eq!(*server.accepted.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_closed_or_silent_control_port_leaves_the_tunnels() {
    let server = Server::start().await;
    // Connections wait in its queue for ever.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for control_port in [closed_port(), silent.local_addr().unwrap().port()] {
        let address = Address { control_port, ..server.address.clone() };
        let link = dialled(&server.dialer(), &address).await;
        assert_eq!(link.way(), Way::Https);
        works(&server, &link).await;
    }
}

#[tokio::test]
async fn a_report_names_each_way_and_the_next_server_has_its_turn() {
    let server = Server::start().await;
    let dead =
        Address { host: "127.0.0.1".into(), control_port: closed_port(), https_port: closed_port(), http_port: closed_port() };
    let report = server.dialer().dial(std::slice::from_ref(&dead)).await.unwrap_err();
    assert_eq!(report.tried.iter().map(|tried| tried.way).collect::<Vec<_>>(), WAYS);
    let line = format!("127.0.0.1:{} (control): 127.0.0.1:{0} does not answer (", dead.control_port);
    assert!(report.to_string().starts_with(&line), "{report}");
    let link = server.dialer().dial(&[dead, server.address.clone()]).await.unwrap();
    assert_eq!(link.address(), &server.address);
    let nobody = server.dialer().dial(&[]).await.unwrap_err();
    assert!(nobody.to_string().starts_with("no address of a server is known"));
}

#[tokio::test]
async fn what_answers_otherwise_is_told_apart() {
    let server = Server::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let other = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            // Kept open, as a web server keeps it.
            tokio::spawn(async move { tokio::io::copy(&mut stream, &mut tokio::io::sink()).await });
        }
    });
    let address = Address { host: "127.0.0.1".into(), control_port: port, https_port: port, http_port: port };
    let report = server.dialer().dial(&[address]).await.unwrap_err();
    let faults: Vec<_> = report.tried.iter().map(|tried| &tried.fault).collect();
    assert!(matches!(faults[..], [DialFault::Tls(_), DialFault::Outer(_), DialFault::NoTunnel { status: 404 }]), "{report}");
    other.abort();
}

#[tokio::test]
async fn a_proxy_is_asked_for_every_way() {
    let Some(program) = Program::tinyproxy(true) else { return };
    let server = Server::start().await;
    let proxy: Proxy = format!("http://ana:secret@127.0.0.1:{}", program.port).parse().unwrap();
    for way in WAYS {
        let dialer = Dialer { proxy: Some(proxy.clone()), ..server.dialer() };
        let link = dialled(&dialer, &only(&server.address, way)).await;
        assert_eq!(link.way(), way);
        works(&server, &link).await;
    }
    let stranger: Proxy = format!("127.0.0.1:{}", program.port).parse().unwrap();
    let dialer = Dialer { proxy: Some(stranger.clone()), ..server.dialer() };
    let report = dialer.dial(&[only(&server.address, Way::Control)]).await.unwrap_err();
    // tinyproxy says 401 to CONNECT where others say 407.
    let refused = |fault: &DialFault| {
        matches!(fault, DialFault::Proxy { source: ProxyFault::Credentials | ProxyFault::Refused { status: 401 }, .. })
    };
    assert!(refused(&report.tried[0].fault), "{report}");
    // An exception goes round it.
    let mut proxy = stranger;
    proxy.exceptions = Exceptions::read("127.0.0.0/8");
    let dialer = Dialer { proxy: Some(proxy), ..server.dialer() };
    assert_eq!(dialled(&dialer, &server.address).await.way(), Way::Control);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named() {
    let server = Server::start().await;
    let port = closed_port();
    let dialer = Dialer { proxy: Some(format!("127.0.0.1:{port}").parse().unwrap()), ..server.dialer() };
    let report = dialer.dial(std::slice::from_ref(&server.address)).await.unwrap_err();
    assert!(
        report
            .tried
            .iter()
            .all(|tried| matches!(&tried.fault, DialFault::ToProxy { proxy, .. } if *proxy == format!("127.0.0.1:{port}")))
    );
}

#[tokio::test]
async fn the_tunnel_passes_a_web_server_that_ends_tls() {
    let server = Server::start().await;
    let Some(nginx) = Program::nginx(server.address.http_port) else { return };
    let address = Address { host: "127.0.0.1".into(), control_port: 0, https_port: nginx.port, http_port: 0 };
    let link = dialled(&server.dialer(), &address).await;
    assert_eq!(link.way(), Way::Https);
    works(&server, &link).await;
}
