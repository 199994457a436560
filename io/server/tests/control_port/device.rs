//! A native viewer for tests: a machine with its key, on the client's end of the control port.

use std::time::Duration;

use control::v1::enrol_reply::Standing;
use control::v1::{EnrolReply, EnrolRequest, Machine, Screen};
use net::control::{Address, Dialer, Identity, Incoming, JudgedAt, Key, Link, Trust, Way};
use serde_json::json;

use crate::caller::Caller;
use crate::server::Site;

/// How long an answer may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A machine that wants a place.
pub(crate) struct Device {
    pub(crate) key: Key,
    pub(crate) request: EnrolRequest,
}

impl Device {
    /// A machine with a new key. `n` makes its serial number and its card.
    pub(crate) fn new(n: u8) -> Self {
        Self::with_key(Key::make(), n)
    }

    /// A machine with this key.
    pub(crate) fn with_key(key: Key, n: u8) -> Self {
        let machine = Machine {
            hostname: format!("player-{n}"),
            serial: format!("SN-{n}"),
            macs: vec![format!("00:11:22:aa:bb:{n:02x}")],
            version: "0.1.0".into(),
            system: "Debian".into(),
            screen: Some(Screen { width: 1920, height: 1080 }),
            ..Machine::default()
        };
        let request = EnrolRequest { csr: key.request(), machine: Some(machine), start: vec![n; 16], ..EnrolRequest::default() };
        Self { key, request }
    }

    /// The same machine with a token.
    pub(crate) fn token(mut self, token: &str) -> Self {
        self.request.token = token.to_owned();
        self
    }

    /// The same machine with the viewer password.
    pub(crate) fn password(mut self, password: &str) -> Self {
        self.request.password = password.to_owned();
        self
    }

    /// Introduces itself at the control port.
    pub(crate) async fn introduce(&self, site: &Site) -> Incoming<EnrolReply> {
        stranger(site).await.enrol(self.request.clone()).await.unwrap()
    }

    /// The one answer that it gets, which ends the call.
    pub(crate) async fn ask(&self, site: &Site) -> Standing {
        let mut replies = self.introduce(site).await;
        let standing = hear(&mut replies).await;
        if !matches!(standing, Standing::Pending(_)) {
            assert!(replies.next().await.unwrap().is_none(), "the call goes on after its last answer");
        }
        standing
    }

    /// Waits for its code and lets an administrator approve it as a new screen.
    pub(crate) async fn pair(&self, site: &Site, ada: &Caller, name: &str) -> Identity {
        let mut replies = self.introduce(site).await;
        let Standing::Pending(pending) = hear(&mut replies).await else { panic!("it waits") };
        let viewer = ada.post("/devices/approve", &json!({"code": pending.code, "name": name})).await.ok();
        let identity = self.identity(hear(&mut replies).await);
        assert_eq!(identity.viewer, viewer["id"].as_str().unwrap());
        identity
    }

    /// What it stores once it is approved.
    pub(crate) fn identity(&self, standing: Standing) -> Identity {
        let Standing::Approved(granted) = standing else { panic!("not approved: {standing:?}") };
        Identity::new(self.key.clone(), &granted).unwrap()
    }
}

/// The next standing.
pub(crate) async fn hear(replies: &mut Incoming<EnrolReply>) -> Standing {
    let reply = tokio::time::timeout(PATIENCE, replies.next()).await.expect("an answer comes").unwrap();
    reply.expect("the call goes on").standing.unwrap()
}

/// The code of a refusal.
pub(crate) fn code(standing: &Standing) -> &str {
    let Standing::Refused(refused) = standing else { panic!("not refused: {standing:?}") };
    assert!(refused.message.len() > 20, "{}", refused.message);
    &refused.code
}

/// Where the server answers, by one way only.
pub(crate) fn address(site: &Site, way: Way) -> Address {
    let ports = site.app.control.ports();
    let only = |this: Way, port: u16| if this == way { port } else { 0 };
    Address {
        host: "127.0.0.1".to_owned(),
        control_port: only(Way::Control, ports.control),
        https_port: only(Way::Https, ports.https),
        http_port: only(Way::Http, ports.http),
    }
}

/// A connection of somebody without a certificate.
pub(crate) async fn stranger(site: &Site) -> Link {
    Dialer::unknown(Trust::First, JudgedAt::system()).dial(&[address(site, Way::Control)]).await.unwrap()
}

/// A connection of a device.
pub(crate) async fn connect(site: &Site, identity: &Identity, way: Way) -> Link {
    Dialer::of(identity.clone(), JudgedAt::system()).dial(&[address(site, way)]).await.unwrap_or_else(|report| panic!("{report}"))
}
