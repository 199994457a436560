//! A small certification authority that speaks ACME (RFC 8555) over HTTPS on loopback.
//!
//! It checks what a real one checks: every request is a signed JWS with an unused nonce for the very address, the
//! HTTP challenge is fetched, and the certificate request must name what was ordered and be signed by its key.

mod endpoints;
mod http_check;
mod jws;
mod listener;
mod problem;
mod signed;
mod state;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use state::Authority;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A running authority; it ends when dropped.
#[derive(Debug)]
pub struct AcmeServer {
    authority: Arc<Authority>,
    address: SocketAddr,
    folder: TempDir,
    task: JoinHandle<()>,
}

impl AcmeServer {
    /// Starts an authority on a free port of loopback. Whatever host an order names, the HTTP challenge is fetched from
    /// `http_port` on loopback, with that host in the `Host` field.
    ///
    /// # Errors
    /// The port, the key or the folder cannot be had.
    pub async fn start(http_port: u16) -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let folder = tempfile::tempdir()?;
        let authority = Arc::new(Authority::new(address, http_port)?);
        std::fs::write(folder.path().join("root.pem"), authority.root_pem())?;
        let listener = listener::TlsListener::new(listener, authority.server_config()?);
        let router = endpoints::router(Arc::clone(&authority));
        let task = tokio::spawn(async move {
            // The task is aborted when the server is dropped.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { authority, address, folder, task })
    }

    /// Address of the directory.
    #[must_use]
    pub fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/directory", self.address.port())
    }

    /// PEM file of the root that signs the directory's HTTPS certificate and the certificates given out.
    #[must_use]
    pub fn root_file(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// How many certificates were given out.
    #[must_use]
    pub fn issued(&self) -> usize {
        self.authority.issued()
    }

    /// How many accounts were made.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.authority.accounts()
    }

    /// Validity of the certificates given out from now on.
    pub fn set_validity(&self, validity: Duration) {
        self.authority.set_validity(validity);
    }

    /// Refuses new orders from now on, as an authority does that was asked too often.
    pub fn set_refusing(&self, refusing: bool) {
        self.authority.set_refusing(refusing);
    }
}

impl Drop for AcmeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
