//! The certificate in use, exchanged while connections go on.

use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::{Notify, watch};

/// Hands every new connection the newest certificate.
#[derive(Debug)]
pub struct Resolver {
    current: watch::Sender<Arc<CertifiedKey>>,
    trouble: watch::Sender<Option<String>>,
    asked: Notify,
}

impl Resolver {
    pub(super) fn new(first: Arc<CertifiedKey>) -> Self {
        Self { current: watch::Sender::new(first), trouble: watch::Sender::new(None), asked: Notify::new() }
    }

    /// Uses this certificate from the next connection on, if it is another one.
    pub(super) fn exchange(&self, next: Arc<CertifiedKey>) {
        self.trouble.send_replace(None);
        let exchanged = self.current.send_if_modified(|current| {
            let is_new = current.cert != next.cert;
            *current = next;
            is_new
        });
        if exchanged {
            tracing::info!("HTTPS uses a new certificate");
        }
    }

    /// Keeps the certificate, and says why it could not be renewed.
    pub(super) fn keep(&self, trouble: String) {
        self.trouble.send_replace(Some(trouble));
    }

    /// Looks at once whether files, names or addresses have changed, instead of at the next regular time.
    pub fn look_again(&self) {
        self.asked.notify_one();
    }

    /// Waits until somebody wants it to look again.
    pub(super) async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Sees every exchange.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<CertifiedKey>> {
        self.current.subscribe()
    }

    /// Sees why the certificate could not be renewed, as a sentence; `None` while all is well.
    #[must_use]
    pub fn trouble(&self) -> watch::Receiver<Option<String>> {
        self.trouble.subscribe()
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.borrow()))
    }
}
