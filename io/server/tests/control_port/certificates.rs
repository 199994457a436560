//! The handshake with every kind of certificate, and what each may ask.

use net::control::{Dialer, Identity, JudgedAt, Key, LinkError, Way};
use rcgen::{CertificateParams, Issuer, KeyPair};
use server::app::App;
use server::now::now_ms;

use crate::counts::Counts;
use crate::device::{Device, address, connect, stranger};
use crate::server::Site;

const YEAR_MS: i64 = 365 * 86_400_000;

/// The same identity with a certificate that was made at this time.
pub(crate) fn made_at(app: &App, identity: &Identity, now_ms: i64) -> Identity {
    let signer = app.control.authorities.signer(&app.core.state()).unwrap();
    let key = KeyPair::try_from(identity.key.pkcs8()).unwrap();
    let certificate = signer.device(identity.device.parse().unwrap(), &key, now_ms).unwrap();
    Identity { certificate: certificate.to_vec(), ..identity.clone() }
}

/// A certificate that another authority of the same name has signed.
fn foreign(identity: &Identity) -> Identity {
    let ca_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "Signboard");
    params.distinguished_name.push(rcgen::DnType::CommonName, "Signboard device authority");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = Issuer::new(params, ca_key);
    let key = KeyPair::try_from(identity.key.pkcs8()).unwrap();
    let mut leaf = CertificateParams::default();
    leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    Identity { certificate: leaf.signed_by(&key, &issuer).unwrap().der().to_vec(), ..identity.clone() }
}

#[tokio::test]
async fn a_stranger_may_ask_for_health_and_a_place_and_nothing_else() {
    let counts = Counts::start();
    let (site, _ada) = Site::set_up(&[]).await;
    let link = stranger(&site).await;
    link.health().await.unwrap();
    let refused = link.session(control::v1::Hello::default()).await.map(drop).unwrap_err();
    assert!(matches!(refused, LinkError::Unauthenticated { .. }), "{refused:?}");
    let refused = link.renew(Key::make().request()).await.unwrap_err();
    assert!(matches!(refused, LinkError::Unauthenticated { .. }), "{refused:?}");
    assert_eq!(counts.refused("no_certificate"), 1);
    drop(link);
    site.stop().await;
}

#[tokio::test]
async fn a_device_whose_certificate_has_ended_may_only_renew() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let slept = made_at(&site.app, &identity, now_ms() - YEAR_MS);
    let link = connect(&site, &slept, Way::Control).await;
    link.health().await.unwrap();
    let refused = link.session(control::v1::Hello::default()).await.map(drop).unwrap_err();
    assert!(matches!(refused, LinkError::Unauthenticated { .. }), "{refused:?}");
    assert_eq!(counts.refused("expired"), 1);
    let renewed = Identity::new(identity.key.clone(), &link.renew(identity.key.request()).await.unwrap()).unwrap();
    assert!(renewed.expires_at().as_secs() * 1000 > now_ms() as u64 + 80 * 86_400_000);
    assert_eq!((&renewed.device, &renewed.viewer), (&identity.device, &identity.viewer));
}

#[tokio::test]
async fn a_certificate_from_the_future_counts_since_clocks_are_wrong() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let early = made_at(&site.app, &identity, now_ms() + 30 * 86_400_000);
    connect(&site, &early, Way::Control).await.renew(identity.key.request()).await.unwrap();
}

#[tokio::test]
async fn a_certificate_of_another_installation_fails_in_the_handshake() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let dialled = Dialer::of(foreign(&identity), JudgedAt::system()).dial(&[address(&site, Way::Control)]).await;
    // In TLS 1.3 the client learns it with the first answer at the latest.
    if let Ok(link) = dialled {
        let refused = link.health().await.unwrap_err();
        assert_eq!(refused, LinkError::Alien);
    }
    assert_eq!(counts.refused("foreign_certificate"), 1);
}

#[tokio::test]
async fn a_key_that_the_state_does_not_know_enrols_again() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&[]).await;
    let known = Device::new(1).pair(&site, &ada, "Pier").await;
    // As after a backup from before the device came was restored: the authority is the same, the device is not there.
    let device = Device::new(2);
    let lost = Identity { key: device.key.clone(), ..known };
    let lost = made_at(&site.app, &lost, now_ms());
    let link = connect(&site, &lost, Way::Control).await;
    let refused = link.session(control::v1::Hello::default()).await.map(drop).unwrap_err();
    assert!(matches!(refused, LinkError::Unauthenticated { .. }), "{refused:?}");
    assert_eq!(counts.refused("unknown_key"), 1);
    let refused = link.renew(device.key.request()).await.unwrap_err();
    assert!(matches!(&refused, LinkError::Refused { code: tonic::Code::NotFound, .. }), "{refused:?}");
    device.pair(&site, &ada, "Quay").await;
}

#[tokio::test]
async fn the_authority_stays_and_servers_get_new_certificates() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let installation = ada.get("/installation").await.ok()["uid"].as_str().unwrap().to_owned();
    assert_eq!(identity.installation, installation);
    let first = connect(&site, &identity, Way::Control).await.certificate().clone();
    assert_eq!(first.installation, installation);
    let shown = ada.get("/enrolment").await.ok()["fingerprint"].as_str().unwrap().to_owned();
    drop(ada);
    let site = Site::on(site.stop().await, &[]).await;
    connect(&site, &identity, Way::Control).await.health().await.unwrap();
    assert_eq!(site.app.core.state().authorities.len(), 1);
    use sha2::Digest as _;
    assert_eq!(shown, hex::encode(sha2::Sha256::digest(&identity.authorities[0])));
}
