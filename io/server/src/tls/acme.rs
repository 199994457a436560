//! `web.tls = "acme"`: certificates of a public authority by RFC 8555, proved by its HTTP challenge.

use std::sync::Arc;
use std::time::SystemTime;

use instant_acme::{Account, AuthorizationStatus, ChallengeType, Identifier, NewOrder, Order, OrderStatus, RetryPolicy};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::sign::CertifiedKey;

use super::TlsError;
use super::acme_account::AcmeAccount;
use super::certificate_facts::CertificateFacts;
use super::challenges::Challenges;
use super::key_files::{KeyFiles, Pair};
use crate::config::{Config, HostName};

/// A certificate and when to ask for the next.
pub(super) struct Obtained {
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) renew_at: SystemTime,
}

/// One authority, the names to certify, and where the result is kept.
pub(super) struct Acme {
    account: AcmeAccount,
    names: Vec<HostName>,
    files: KeyFiles,
    challenges: Challenges,
}

impl Acme {
    pub(super) fn new(config: &Config, challenges: Challenges) -> Result<Self, TlsError> {
        let folder = config.data.dir.join("tls").join("acme");
        let web = &config.web;
        Ok(Self {
            files: KeyFiles::in_folder(&folder, "web")?,
            account: AcmeAccount {
                file: folder.join("account.json"),
                directory: web.acme_directory.clone(),
                contact: web.acme_contact.clone(),
                root: web.acme_ca_file.clone(),
            },
            names: web.names.clone(),
            challenges,
        })
    }

    /// The certificate of an earlier start, if it is for the same names and not expired. One that cannot be read is
    /// passed over: the authority gives another.
    pub(super) fn kept(&self) -> Option<Obtained> {
        let pair = self.files.read().ok()??;
        let facts = CertificateFacts::of(&pair.certificates[0]).ok()?;
        let fits = facts.not_after > SystemTime::now() && facts.is_for_names(&self.names);
        fits.then(|| obtained(&pair).ok())?
    }

    /// Asks for a certificate and keeps it.
    pub(super) async fn obtain(&self) -> Result<Obtained, TlsError> {
        let account = self.account.open().await?;
        let result = self.order(&account).await;
        self.challenges.clear();
        let pair = result?;
        let obtained = obtained(&pair)?;
        self.files.write(&pair)?;
        Ok(obtained)
    }

    /// Order, challenges, request, certificate (RFC 8555, section 7.4).
    async fn order(&self, account: &Account) -> Result<Pair, TlsError> {
        let identifiers: Vec<Identifier> = self.names.iter().map(|name| Identifier::Dns(name.as_str().to_owned())).collect();
        let mut order = account.new_order(&NewOrder::new(&identifiers)).await.map_err(|error| self.account.error(&error))?;
        self.answer_challenges(&mut order).await?;
        let status = order.poll_ready(&RetryPolicy::default()).await.map_err(|error| self.account.error(&error))?;
        if status != OrderStatus::Ready {
            return Err(self.refused(&mut order).await);
        }
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&key)?;
        order.finalize_csr(request.der()).await.map_err(|error| self.account.error(&error))?;
        let chain = order.poll_certificate(&RetryPolicy::default()).await.map_err(|error| self.account.error(&error))?;
        Pair::from_pem(chain.as_bytes(), key.serialize_pem().as_bytes())
    }

    async fn answer_challenges(&self, order: &mut Order) -> Result<(), TlsError> {
        let mut authorisations = order.authorizations();
        while let Some(authorisation) = authorisations.next().await {
            let mut authorisation = authorisation.map_err(|error| self.account.error(&error))?;
            if authorisation.status != AuthorizationStatus::Pending {
                continue;
            }
            let Some(mut challenge) = authorisation.challenge(ChallengeType::Http01) else {
                return Err(TlsError::Acme {
                    directory: self.account.directory.clone(),
                    message: "it offers no HTTP challenge".to_owned(),
                });
            };
            self.challenges.put(&challenge.token, challenge.key_authorization().as_str());
            challenge.set_ready().await.map_err(|error| self.account.error(&error))?;
        }
        Ok(())
    }

    /// Why an order was refused: what the authority says of each name's challenge.
    async fn refused(&self, order: &mut Order) -> TlsError {
        let mut reasons = Vec::new();
        let mut authorisations = order.authorizations();
        while let Some(Ok(mut authorisation)) = authorisations.next().await {
            if let Ok(state) = authorisation.refresh().await {
                let said = state.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
                reasons.extend(said.map(ToString::to_string));
            }
        }
        if reasons.is_empty() {
            reasons.push("it gave no reason".to_owned());
        }
        TlsError::Acme { directory: self.account.directory.clone(), message: reasons.join("; ") }
    }
}

fn obtained(pair: &Pair) -> Result<Obtained, TlsError> {
    let facts = CertificateFacts::of(&pair.certificates[0])?;
    Ok(Obtained { certified: pair.certified()?, renew_at: facts.renew_at() })
}
