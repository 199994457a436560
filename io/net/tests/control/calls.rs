//! What is asked on a link.

use control::v1::{EnrolRequest, FromViewer, Hello, Ping, enrol_reply::Standing, from_viewer, to_viewer};
use net::control::{Dialer, Identity, Key, LinkError};

use super::authority::{TODAY, judged_at};
use super::server::Server;

fn hello() -> Hello {
    Hello { protocol_min: 1, protocol_max: 1, ..Default::default() }
}

#[tokio::test]
async fn a_device_enrols_and_opens_a_session() {
    let server = Server::start().await;
    let address = std::slice::from_ref(&server.address);
    let stranger = server.stranger().dial(address).await.unwrap();
    let key = Key::make();
    let mut standings = stranger.enrol(EnrolRequest { csr: key.request(), ..Default::default() }).await.unwrap();
    let Some(Standing::Pending(pending)) = standings.next().await.unwrap().unwrap().standing else { panic!("not pending") };
    assert_eq!(pending.code, "ABC234");
    let Some(Standing::Approved(granted)) = standings.next().await.unwrap().unwrap().standing else { panic!("not approved") };
    assert_eq!(standings.next().await.unwrap(), None);

    let identity = Identity::new(key, &granted).unwrap();
    let link = Dialer::of(identity, judged_at(TODAY)).dial(address).await.unwrap();
    let (sender, mut incoming) = link.session(hello()).await.unwrap();
    // The session lasts without the link.
    drop(link);
    let welcome = incoming.next().await.unwrap().unwrap();
    assert!(matches!(welcome.message, Some(to_viewer::Message::Welcome(welcome)) if welcome.protocol == 1));
    for _ in 0..3 {
        sender.send(FromViewer { message: Some(from_viewer::Message::Ping(Ping {})) }).await.unwrap();
        let answer = incoming.next().await.unwrap().unwrap();
        assert!(matches!(answer.message, Some(to_viewer::Message::Ping(_))));
    }
    drop(sender);
    assert_eq!(incoming.next().await.unwrap(), None);
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let server = Server::start().await;
    let link = server.stranger().dial(std::slice::from_ref(&server.address)).await.unwrap();
    let fault = link.session(hello()).await.unwrap_err();
    assert_eq!(fault, LinkError::Unauthenticated { message: "a session needs a valid certificate; renew it".into() });
    let fault = link.renew(Key::make().request()).await.unwrap_err();
    assert_eq!(fault, LinkError::Denied { message: "this device was revoked".into() });
    let refused = EnrolRequest { csr: Key::make().request(), token: "another".into(), ..Default::default() };
    let standing = link.enrol(refused).await.unwrap().next().await.unwrap().unwrap().standing;
    assert!(matches!(standing, Some(Standing::Refused(refused)) if refused.code == "token"));
}

#[tokio::test]
async fn a_certificate_is_renewed_for_the_same_key_only() {
    let server = Server::start().await;
    let dialer = server.dialer();
    let old = dialer.identity.clone().unwrap();
    let link = dialer.dial(std::slice::from_ref(&server.address)).await.unwrap();
    let granted = link.renew(old.key.request()).await.unwrap();
    let new = Identity::new(old.key.clone(), &granted).unwrap();
    assert_ne!(new.certificate, old.certificate);
    assert!(new.renew_at() < new.expires_at());
    assert!(Identity::new(Key::make(), &granted).is_err());
}

#[tokio::test]
async fn a_connection_ends_with_its_last_user() {
    let mut server = Server::start().await;
    let link = server.dialer().dial(std::slice::from_ref(&server.address)).await.unwrap();
    let (sender, incoming) = link.session(hello()).await.unwrap();
    server.settled(1).await;
    drop(link);
    link_is_used(&sender).await;
    drop((sender, incoming));
    server.settled(0).await;
}

async fn link_is_used(sender: &tokio::sync::mpsc::Sender<FromViewer>) {
    sender.send(FromViewer { message: Some(from_viewer::Message::Ping(Ping {})) }).await.unwrap();
}
