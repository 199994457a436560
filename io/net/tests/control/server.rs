//! A server: the control port, and two web ports with tunnel and files.

use std::sync::{Arc, Mutex};

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use net::control::{Address, Dialer, Trust};
use net::grpc::enrolment_server::EnrolmentServer;
use net::grpc::viewer_session_server::ViewerSessionServer;
use rcgen::ExtendedKeyUsagePurpose;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tonic::service::Routes;

use super::authority::{Authority, INSTALLATION, TODAY, judged_at};
use super::service::{Enrolments, Peer, Sessions};
use super::web::{self, Files};

/// What answers on the control port and at the end of tunnels.
pub(crate) struct Control {
    tls: TlsAcceptor,
    router: Router,
    open: watch::Sender<usize>,
}

impl Control {
    pub(crate) async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        let Ok(stream) = self.tls.accept(stream).await else { return };
        let peer = Peer(stream.get_ref().1.peer_certificates().and_then(|chain| chain.first().cloned()));
        self.open.send_modify(|open| *open += 1);
        answer(stream, self.router.clone().layer(Extension(peer))).await;
        self.open.send_modify(|open| *open -= 1);
    }
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, router: Router) {
    let service = TowerToHyperService::new(router);
    // A client may leave as it likes.
    let _ = Builder::new(TokioExecutor::new()).serve_connection_with_upgrades(TokioIo::new(stream), service).await;
}

/// Ends with its last mention.
pub(crate) struct Server {
    pub(crate) authority: Arc<Authority>,
    pub(crate) files: Files,
    /// Control port, HTTPS port, HTTP port.
    pub(crate) address: Address,
    /// How many connections to the control port are open, through tunnels too.
    pub(crate) open: watch::Receiver<usize>,
    /// What came to the control port itself.
    pub(crate) accepted: Arc<Mutex<usize>>,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::named(&format!("{INSTALLATION}.signboard.internal"), ExtendedKeyUsagePurpose::ServerAuth).await
    }

    /// A server with another certificate.
    pub(crate) async fn named(name: &str, usage: ExtendedKeyUsagePurpose) -> Self {
        let authority = Arc::new(Authority::new());
        let files = Files::default();
        let (chain, key) = authority.server(name, usage);
        let services = Routes::new(EnrolmentServer::new(Enrolments(Arc::clone(&authority))))
            .add_service(ViewerSessionServer::new(Sessions))
            .add_service(tonic_health::server::health_reporter().1);
        let router = services.into_axum_router().reset_fallback().merge(web::media(files.clone()));
        let (open, opened) = watch::channel(0);
        let control = Arc::new(Control { tls: inner(&authority, chain, key), router, open });
        let router = web::tunnel(Arc::clone(&control)).merge(web::media(files.clone())).layer(Extension(Peer::default()));

        let mut tasks = JoinSet::new();
        let accepted = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&accepted);
        let control_port = listen(&mut tasks, move |stream| {
            *counted.lock().unwrap() += 1;
            let control = Arc::clone(&control);
            async move { control.serve(stream).await }
        })
        .await;
        let plain = router.clone();
        let http_port = listen(&mut tasks, move |stream| answer(stream, plain.clone())).await;
        let outer = outer();
        let https_port = listen(&mut tasks, move |stream| {
            let (outer, router) = (outer.clone(), router.clone());
            async move {
                if let Ok(stream) = outer.accept(stream).await {
                    answer(stream, router).await;
                }
            }
        })
        .await;
        let address = Address { host: "127.0.0.1".into(), control_port, https_port, http_port };
        Self { authority, files, address, open: opened, accepted, _tasks: tasks }
    }

    /// A dialer of a new device of this installation.
    pub(crate) fn dialer(&self) -> Dialer {
        Dialer::of(self.authority.identity(), judged_at(TODAY))
    }

    /// A dialer of a device that has not enrolled.
    pub(crate) fn stranger(&self) -> Dialer {
        Dialer::unknown(Trust::First, judged_at(TODAY))
    }

    /// Waits until so many connections to the control port are open.
    pub(crate) async fn settled(&mut self, open: usize) {
        self.open.wait_for(|now| *now == open).await.unwrap();
    }
}

/// Serves each connection of a new port on loopback.
async fn listen<F>(tasks: &mut JoinSet<()>, serve: impl Fn(tokio::net::TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tasks.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    port
}

fn inner(authority: &Authority, chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> TlsAcceptor {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.der()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// A certificate that proves nothing, as that of a web port.
pub(crate) fn web_certificate() -> (CertificateDer<'static>, rcgen::KeyPair) {
    let signed = rcgen::generate_simple_self_signed(["somebody.example".to_owned()]).unwrap();
    (signed.cert.der().clone(), signed.signing_key)
}

fn outer() -> TlsAcceptor {
    let (certificate, key) = web_certificate();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
