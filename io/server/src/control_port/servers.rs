//! Other servers at the control port: their certificates, and whether one that calls may.

use control::v1;
use domain::id::ServerId;
use domain::server::server_by_key;
use rcgen::SanType;
use tonic::Status;
use uuid::Uuid;

use super::authority::certificates;
use super::certificate::validity;
use super::csr::Csr;
use super::installation_id;
use super::peer::ControlPeer;
use super::refused::Reason;
use crate::app::App;

/// SHA-256 of the public key of a certification request (PKCS #10 in DER).
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn request_key(csr: &[u8]) -> Result<[u8; 32], String> {
    Csr::read(csr).map(|csr| csr.hash).map_err(|error| error.to_string())
}

/// A certificate for a server's request, with what it is checked against; none where this server cannot sign.
pub(crate) fn certificate_for_server(app: &App, server: Uuid, csr: &[u8], now_ms: i64) -> Option<v1::Certificate> {
    let state = app.core.state();
    let csr = Csr::read(csr).ok()?;
    let signer = app.control.authorities.signer(&state).ok()?;
    let der = signer.device(server, &csr.key, now_ms).ok()?;
    Some(v1::Certificate {
        certificate: der.to_vec(),
        authorities: certificates(&state).into_iter().map(|der| der.to_vec()).collect(),
        device: server.to_string(),
        viewer: String::new(),
        installation: installation_id(app).to_string(),
    })
}

/// What a new server shows to those that call it before its state has come, for its request; none where this server cannot sign.
pub(crate) fn answering_certificate(app: &App, server: Uuid, csr: &[u8], now_ms: i64) -> Option<Vec<u8>> {
    let csr = Csr::read(csr).ok()?;
    let signer = app.control.authorities.signer(&app.core.state()).ok()?;
    let names = server_names(installation_id(app), server).into_iter().filter_map(|name| name.try_into().ok());
    let names: Vec<SanType> = names.map(SanType::DnsName).collect();
    let der = signer.server(&names, &csr.key, validity(now_ms)).ok()?;
    Some(der.to_vec())
}

/// The names of a server's certificate that other programs look at. The installation's comes first, which is all that programs of before look at.
pub(super) fn server_names(installation: Uuid, server: Uuid) -> [String; 2] {
    [format!("{installation}.signboard.internal"), format!("{server}.server.signboard.internal")]
}

/// A fresh certificate of this server's own; none while it does not know itself as one of an installation's servers.
pub(crate) fn server_certificate(app: &App, csr: &[u8], now_ms: i64) -> Option<v1::Certificate> {
    let own = app.core.server_id();
    app.core.state().servers.get(ServerId(own))?;
    certificate_for_server(app, own, csr, now_ms)
}

impl ControlPeer {
    /// The server that calls.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without a certificate of a server, `PERMISSION_DENIED` for one that was taken out.
    pub(crate) fn server(&self, app: &App, now_ms: i64) -> Result<ServerId, Status> {
        let refuse = |reason, status| {
            app.control.refusals.note(reason, self.addr);
            Err(status)
        };
        let Some(key) = &self.key else {
            return refuse(Reason::NoCertificate, Status::unauthenticated("bring the certificate of a server"));
        };
        let state = app.core.state();
        match server_by_key(&state, key) {
            None if self.took_us_in(app) && now_ms <= self.certificate_until => {
                self.holder.map(ServerId).ok_or_else(|| Status::internal("the certificate is not known"))
            }
            None => refuse(Reason::UnknownKey, Status::unauthenticated("this server does not know the key: join with a token")),
            Some((_, server)) if server.retired_at.is_some() => {
                let text =
                    "this server was taken out of the installation: to take it in again, set it up anew and join with a token";
                refuse(Reason::Revoked, Status::permission_denied(text))
            }
            Some(_) if now_ms > self.certificate_until => {
                refuse(Reason::Expired, Status::unauthenticated("the certificate has ended: look at the clocks of both servers"))
            }
            Some((id, _)) => Ok(id),
        }
    }

    /// Whether it is the server that took this one in, whose state has not come: its certificate alone says so, which comes from the
    /// installation's authority.
    fn took_us_in(&self, app: &App) -> bool {
        let waits = app.core.state().servers.get(ServerId(app.core.server_id())).is_none();
        let main = || app.replication.own.membership().and_then(|joined| joined.main());
        waits && self.holder.is_some() && self.holder == main()
    }
}
