//! Files for screens nearby: where the server's settings say so, and as long as the session lasts.

use std::net::Ipv4Addr;

use control::v1::{self, from_viewer::Message, to_viewer::Message as Said};
use tokio::net::TcpStream;
use viewer::link::LinkEvent;

use crate::house::welcome;
use crate::rig::Rig;

fn told(settings: &str) -> Said {
    Said::Welcome(v1::Welcome { settings_json: settings.to_owned(), ..welcome() })
}

/// Where the viewer says that it lets others in; 0 = nowhere.
async fn shares(rig: &mut Rig) -> u16 {
    let sharing = rig.hears(|message| if let Message::Sharing(sharing) = message { Some(sharing) } else { None }).await;
    u16::try_from(sharing.port).unwrap()
}

async fn is_open(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok()
}

/// Waits until nobody is let in at a port.
async fn closes(port: u16) {
    while is_open(port).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_is_open_where_files_are_shared_and_closes_with_the_wish_and_with_the_session() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    rig.say(told(r#"{"share": true}"#)).await;
    let port = shares(&mut rig).await;
    assert!(is_open(port).await);
    rig.say(told(r#"{"share": false}"#)).await;
    assert_eq!(shares(&mut rig).await, 0);
    closes(port).await;

    rig.say(told(r#"{"share": true}"#)).await;
    let port = shares(&mut rig).await;
    rig.event(LinkEvent::Closed { why: "gone".to_owned() }).await;
    closes(port).await;

    // The next server has to say so itself; by default nothing is shared.
    rig.connect().await;
    rig.say(told("{}")).await;
    rig.say(told(r#"{"share": true}"#)).await;
    let port = shares(&mut rig).await;
    assert!(port != 0 && is_open(port).await);
    rig.event(LinkEvent::Revoked { message: "It was taken away.".to_owned() }).await;
    closes(port).await;
}
