//! Which servers are taken.

use net::control::{CertificateFault, DialFault, Dialer, Identity, LinkError, Trust, UnixTime};
use rcgen::ExtendedKeyUsagePurpose;
use sha2::{Digest, Sha256};

use super::authority::{Authority, INSTALLATION, TODAY, judged_at};
use super::server::Server;

async fn refused(server: &Server, dialer: Dialer) -> CertificateFault {
    let report = dialer.dial(std::slice::from_ref(&server.address)).await.unwrap_err();
    // The same certificate is refused on every way.
    assert_eq!(report.tried.len(), 3, "{report}");
    assert!(report.tried.iter().all(|tried| matches!(tried.fault, DialFault::Certificate(_))), "{report}");
    report.certificate().unwrap().clone()
}

#[tokio::test]
async fn a_server_of_another_authority_is_refused() {
    let server = Server::start().await;
    let dialer = Dialer::of(Authority::new().identity(), judged_at(TODAY));
    assert_eq!(refused(&server, dialer).await, CertificateFault::UnknownAuthority);
}

#[tokio::test]
async fn a_server_is_judged_at_the_time_that_the_viewer_says() {
    let server = Server::start().await;
    let at = |seconds| Dialer { judged_at: judged_at(seconds), ..server.dialer() };
    assert_eq!(refused(&server, at(1_830_000_000)).await, CertificateFault::Expired);
    assert_eq!(refused(&server, at(0)).await, CertificateFault::NotYetValid);
    // Nothing but that time counts: these days are past and to come by any clock.
    for seconds in [1_740_000_000, 1_790_000_000] {
        at(seconds).dial(std::slice::from_ref(&server.address)).await.unwrap().health().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_of_another_installation_is_refused_though_its_authority_is_known() {
    let server = Server::start().await;
    let identity = Identity { installation: "0197f000-0000-7000-8000-000000000002".into(), ..server.authority.identity() };
    let fault = refused(&server, Dialer::of(identity, judged_at(TODAY))).await;
    assert_eq!(fault, CertificateFault::Installation { found: INSTALLATION.into() });
}

#[tokio::test]
async fn what_is_no_server_of_signboard_is_refused() {
    for name in ["www.example.org", "a.b.signboard.internal"] {
        let server = Server::named(name, ExtendedKeyUsagePurpose::ServerAuth).await;
        assert_eq!(refused(&server, server.stranger()).await, CertificateFault::NotSignboard, "{name}");
    }
    let name = format!("{INSTALLATION}.signboard.internal");
    let server = Server::named(&name, ExtendedKeyUsagePurpose::ClientAuth).await;
    assert!(matches!(refused(&server, server.dialer()).await, CertificateFault::Unfit { .. }));
}

#[tokio::test]
async fn a_fingerprint_names_a_server_or_its_authority() {
    let server = Server::start().await;
    let pinned = |fingerprint| Dialer { trust: Trust::Fingerprint(fingerprint), ..server.stranger() };
    let link = server.stranger().dial(std::slice::from_ref(&server.address)).await.unwrap();
    let own = link.certificate().fingerprint;
    let authority: [u8; 32] = Sha256::digest(server.authority.der()).into();
    for fingerprint in [own, authority] {
        pinned(fingerprint).dial(std::slice::from_ref(&server.address)).await.unwrap();
    }
    assert!(matches!(refused(&server, pinned([7; 32])).await, CertificateFault::Fingerprint { .. }));
    let late = Dialer { judged_at: judged_at(1_830_000_000), ..pinned(authority) };
    assert_eq!(refused(&server, late).await, CertificateFault::Expired);
}

#[tokio::test]
async fn the_first_server_is_taken_and_can_be_held_against_what_it_brings() {
    let server = Server::start().await;
    let link = server.stranger().dial(std::slice::from_ref(&server.address)).await.unwrap();
    assert_eq!(link.certificate().installation, INSTALLATION);
    let today = UnixTime::since_unix_epoch(std::time::Duration::from_secs(TODAY));
    link.certificate().comes_from(&[server.authority.der()], today).unwrap();
    let other = link.certificate().comes_from(&[Authority::new().der()], today);
    assert_eq!(other.unwrap_err(), CertificateFault::UnknownAuthority);
}

#[tokio::test]
async fn a_server_that_does_not_know_our_authority_says_so() {
    let server = Server::start().await;
    let dialer = Dialer {
        trust: Trust::Authorities(vec![server.authority.der()]),
        ..Dialer::of(Authority::new().identity(), judged_at(TODAY))
    };
    // In TLS 1.3 the server judges after the client has finished: the first call hears of it.
    let link = dialer.dial(std::slice::from_ref(&server.address)).await.unwrap();
    assert_eq!(link.health().await.unwrap_err(), LinkError::Alien);
}
