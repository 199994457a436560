//! The owner-only Unix socket `signboard.sock` in the data folder, through which commands reach the running server.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::cli::{Exit, Failure};

/// Path of the socket of a data folder.
#[must_use]
pub fn socket_path(data: &Path) -> PathBuf {
    data.join("signboard.sock")
}

/// The socket, bound and removed again when dropped.
#[derive(Debug)]
pub struct LocalSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl LocalSocket {
    /// Makes the socket with access for its owner only. A socket that a crashed server left is replaced. Must be
    /// called within a tokio runtime.
    ///
    /// # Errors
    /// A [`Failure`] when another server answers there, or the file cannot be made.
    pub fn bind(data: &Path) -> Result<Self, Failure> {
        let path = socket_path(data);
        if std::os::unix::net::UnixStream::connect(&path).is_ok() {
            let sentence = format!(
                "a server already runs with the data folder {}; stop it, or name another folder with --data.",
                data.display()
            );
            return Err(Failure::new(Exit::Unavailable, sentence));
        }
        let listener =
            bind_owner_only(&path).map_err(|error| Failure::of_files(&format!("{} cannot be made", path.display()), &error))?;
        Ok(Self { listener, path })
    }

    /// Answers with the router until told to stop. Only the server's own user and root are heard.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) if is_owner(&stream) => {
                    let service = TowerToHyperService::new(router.clone());
                    tokio::spawn(async move {
                        let builder = Builder::new(TokioExecutor::new()).http1_only();
                        if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
                            tracing::debug!(%error, "a local connection ended early");
                        }
                    });
                }
                Ok(_) => tracing::warn!("another user tried to reach the local socket"),
                Err(error) => {
                    tracing::warn!(%error, "the local socket takes no connection at the moment");
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
            }
        }
    }
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        // A socket file without a server does no harm: the next start replaces it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Binds under another name first, so that the socket is never seen with wider access.
fn bind_owner_only(path: &Path) -> io::Result<UnixListener> {
    let hidden = path.with_extension("new");
    match fs::remove_file(&hidden) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&hidden)?;
    fs::set_permissions(&hidden, fs::Permissions::from_mode(0o600))?;
    fs::rename(&hidden, path)?;
    Ok(listener)
}

fn is_owner(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}
