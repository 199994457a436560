//! Getting a place and keeping it (`docs/protocols/control.md`, section 3).

use std::time::Duration;

use control::v1::{self, enrol_reply::Standing};
use net::control::{Identity, Link, LinkError};
use rustls::pki_types::CertificateDer;
use tokio::time::timeout;

use super::backoff::varied;
use super::session::SILENCE;
use super::{Connector, LinkEvent, Visit};

/// A refusal that a person must see to is not asked for again more often than this.
const PATIENCE: Duration = Duration::from_secs(30);

impl Connector {
    /// Asks for a place and waits for it, as long as the connection holds.
    pub(super) async fn enrol(&self, link: &Link) -> Visit {
        let key = self.passport.lock().key().clone();
        let present = self.present.lock().clone();
        let request = v1::EnrolRequest {
            csr: key.request(),
            token: self.settings.token.clone(),
            password: self.settings.password.clone(),
            machine: Some(crate::host::machine(&present.output, present.size)),
            start: self.passport.lock().start().to_vec(),
        };
        let mut replies = match link.enrol(request).await {
            Ok(replies) => replies,
            Err(error) => return self.refused(error).await,
        };
        loop {
            let reply = match replies.next().await {
                Ok(Some(reply)) => reply,
                Ok(None) => return Visit::Again,
                Err(error) => return self.refused(error).await,
            };
            let (installation, language) = (reply.installation, reply.language);
            match reply.standing {
                Some(Standing::Pending(v1::Pending { code })) => {
                    let server = link.address().host.clone();
                    self.tell(LinkEvent::Pending { code, installation, language, server }).await;
                }
                Some(Standing::Approved(granted)) => return self.approved(link, &key, &granted).await,
                Some(Standing::Refused(v1::Refused { code, message })) => {
                    // Another machine has this key, or the installation has thrown it out: a new machine begins.
                    if ["key_in_use", "revoked"].contains(&code.as_str()) {
                        return self.revoked(message, Visit::Again).await;
                    }
                    self.tell(LinkEvent::Refused { code, message, installation, language }).await;
                    return Visit::After(varied(PATIENCE));
                }
                // A standing of a newer version: the next reply may say more.
                None => {}
            }
        }
    }

    async fn approved(&self, link: &Link, key: &net::control::Key, granted: &v1::Certificate) -> Visit {
        let refusal = match Identity::new(key.clone(), granted) {
            Ok(identity) => match self.is_of(link, &identity) {
                Ok(()) => {
                    if let Err(error) = self.passport.lock().grant(identity) {
                        tracing::error!(%error, "the place that was granted cannot be stored");
                    }
                    self.tell(LinkEvent::Approved).await;
                    return Visit::Granted;
                }
                Err(fault) => fault.to_string(),
            },
            Err(error) => error.to_string(),
        };
        let (installation, language) = (String::new(), String::new());
        self.tell(LinkEvent::Refused { code: "malformed".to_owned(), message: refusal, installation, language }).await;
        Visit::After(varied(PATIENCE))
    }

    /// Whether the server that granted a place is one that the granted authorities vouch for.
    fn is_of(&self, link: &Link, identity: &Identity) -> Result<(), net::control::CertificateFault> {
        let authorities: Vec<CertificateDer<'_>> =
            identity.authorities.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        link.certificate().comes_from(&authorities, self.clock.judged_at(Some(identity.expires_at())).now())
    }

    /// Asks for a new certificate and stores it.
    pub(super) async fn renew(&self, link: &Link) -> Result<(), LinkError> {
        let key = self.passport.lock().key().clone();
        let asked = timeout(SILENCE, link.renew(key.request())).await;
        let granted = asked
            .unwrap_or_else(|_| Err(LinkError::Cut { why: "the server did not renew the certificate in time".to_owned() }))
            .inspect_err(|error| tracing::warn!(%error, "the certificate was not renewed"))?;
        let identity = match Identity::new(key, &granted) {
            Ok(identity) => identity,
            Err(error) => return Err(LinkError::Cut { why: error.to_string() }),
        };
        tracing::info!("the certificate was renewed");
        if let Err(error) = self.passport.lock().grant(identity) {
            tracing::error!(%error, "the new certificate cannot be stored");
        }
        Ok(())
    }
}
