//! Taking ports, and what is said when one cannot be had.

use std::net::TcpListener;

use server::cli::{Exit, Failure};
use server::listen::bind;

use super::site::config;

#[tokio::test]
async fn a_taken_port_is_named_with_holder_setting_and_remedy() {
    let data = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let refused = bind(&config(&data, &[&format!("web.https-port={port}")])).unwrap_err();
    let failure = Failure::from(refused);
    assert_eq!(failure.exit, Exit::Unavailable);
    let holder = format!("[{}]", std::process::id());
    for part in [&format!("port {port} (web.https-port) is taken by"), holder.as_str(), "--set web.https-port="] {
        assert!(failure.sentence.contains(part), "{failure}");
    }
}

#[tokio::test]
async fn the_port_that_came_first_is_let_go_when_the_second_is_taken() {
    let data = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    bind(&config(&data, &[&format!("web.http-port={free}"), &format!("web.https-port={port}")])).unwrap_err();
    TcpListener::bind(("127.0.0.1", free)).unwrap();
}

#[tokio::test]
async fn a_free_port_is_the_same_on_all_addresses() {
    let data = tempfile::tempdir().unwrap();
    let bound = bind(&config(&data, &["bind.address=127.0.0.1,127.0.0.2,::"])).unwrap();
    let endpoints = bound.endpoints();
    assert!(endpoints.len() >= 4, "{endpoints:?}");
    for endpoint in &endpoints {
        let expected = if endpoint.tls { bound.https_port() } else { bound.http_port() };
        assert_eq!(Some(endpoint.addr.port()), expected);
    }
    assert_ne!(bound.http_port(), bound.https_port());
}

#[tokio::test]
async fn an_address_of_another_machine_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let failure = Failure::from(bind(&config(&data, &["bind.address=203.0.113.77"])).unwrap_err());
    assert_eq!(failure.exit, Exit::Unavailable);
    assert!(failure.sentence.contains("203.0.113.77") && failure.sentence.contains("bind.address"), "{failure}");
}
