//! Taking the ports.

use std::io;
use std::net::{IpAddr, SocketAddr};

use domain::ports::Protocol;
use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;

use super::Holder;
use crate::cli::{Exit, Failure};
use crate::config::{Config, HttpMode};

/// Connections that the kernel keeps until they are accepted.
const BACKLOG: i32 = 1024;

/// How often a free port is sought that is free on every address.
const ATTEMPTS: usize = 16;

/// A bound port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Address and port, never port 0.
    pub addr: SocketAddr,
    /// Whether HTTPS answers there.
    pub tls: bool,
}

/// Why a port could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has it.
    #[error(
        "port {port} ({setting}) is taken by {holder}; stop that program, or choose another port with --set {setting}={free}."
    )]
    InUse {
        /// The port.
        port: u16,
        /// Its setting.
        setting: &'static str,
        /// Who has it.
        holder: String,
        /// A port worth trying.
        free: u16,
    },
    /// Ports below 1024 need a capability.
    #[error(
        "this user has no right to open port {port} ({setting}); run `sudo setcap cap_net_bind_service=+ep {program}`, start the systemd unit, which grants it, or choose another port with --set {setting}={free}."
    )]
    NotPermitted {
        /// The port.
        port: u16,
        /// Its setting.
        setting: &'static str,
        /// Path of this program.
        program: String,
        /// A port worth trying.
        free: u16,
    },
    /// The address is not one of this machine, or the system refuses for another reason.
    #[error("{address} port {port} cannot be opened ({source}); set bind.address to addresses of this machine.")]
    Refused {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        let exit = match error {
            BindError::InUse { .. } | BindError::Refused { .. } => Exit::Unavailable,
            BindError::NotPermitted { .. } => Exit::NoPermission,
        };
        Self::new(exit, error.to_string())
    }
}

/// The control port, taken but not yet answering.
#[derive(Debug)]
pub(crate) struct Listening(Vec<TcpListener>);

impl Listening {
    /// One for each address.
    pub(crate) fn into_listeners(self) -> Vec<TcpListener> {
        self.0
    }
}

/// The ports, taken but not yet answering.
#[derive(Debug)]
pub struct Bound {
    pub(super) listeners: Vec<(TcpListener, Endpoint)>,
    control: Vec<TcpListener>,
    pub(super) mode: HttpMode,
    pub(super) connections: usize,
}

impl Bound {
    /// The control port.
    #[must_use]
    pub fn control_port(&self) -> Option<u16> {
        self.control.first().and_then(|listener| listener.local_addr().ok()).map(|addr| addr.port())
    }

    /// The control port, to be answered by others. It is closed when that is dropped.
    pub(crate) fn take_control(&mut self) -> Listening {
        Listening(std::mem::take(&mut self.control))
    }

    /// The addresses and ports of the web, HTTP before HTTPS.
    #[must_use]
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.listeners.iter().map(|(_, endpoint)| *endpoint).collect()
    }

    /// The HTTPS port.
    #[must_use]
    pub fn https_port(&self) -> Option<u16> {
        self.port(true)
    }

    /// The HTTP port; `None` when it is off.
    #[must_use]
    pub fn http_port(&self) -> Option<u16> {
        self.port(false)
    }

    fn port(&self, tls: bool) -> Option<u16> {
        let found = self.listeners.iter().find(|(_, endpoint)| endpoint.tls == tls);
        found.map(|(_, endpoint)| endpoint.addr.port())
    }
}

/// Takes the web ports and the control port on every configured address. Must be called within a tokio runtime.
///
/// # Errors
/// [`BindError`] for the first port that cannot be taken; the others are let go.
pub fn bind(config: &Config) -> Result<Bound, BindError> {
    let web = &config.web;
    let mut wanted = vec![("web.https-port", web.https_port, true)];
    if web.http_mode != HttpMode::Off {
        wanted.insert(0, ("web.http-port", web.http_port, false));
    }
    let mut listeners = Vec::new();
    for (setting, port, tls) in wanted {
        for listener in bind_everywhere(&config.bind.address, setting, port)? {
            let addr =
                listener.local_addr().map_err(|source| BindError::Refused { address: config.bind.address[0], port, source })?;
            listeners.push((listener, Endpoint { addr, tls }));
        }
    }
    let control = bind_everywhere(&config.bind.address, "control.port", config.control.port)?;
    Ok(Bound { listeners, control, mode: web.http_mode, connections: config.limits.connections as usize })
}

/// The port on every address. Port 0 becomes one free port, the same on all addresses.
fn bind_everywhere(addresses: &[IpAddr], setting: &'static str, port: u16) -> Result<Vec<TcpListener>, BindError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match bind_addresses(addresses, setting, port) {
            Err(BindError::InUse { .. }) if port == 0 && attempt < ATTEMPTS => {}
            result => return result,
        }
    }
}

fn bind_addresses(addresses: &[IpAddr], setting: &'static str, port: u16) -> Result<Vec<TcpListener>, BindError> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut missing = None;
    for address in addresses {
        let chosen = match listeners.first().and_then(|first| first.local_addr().ok()) {
            Some(first) => first.port(),
            None => port,
        };
        match open(SocketAddr::new(*address, chosen)) {
            Ok(listener) => listeners.push(listener),
            Err(error) if is_without_ipv6(*address, &error) => missing = Some((*address, error)),
            Err(error) => return Err(explain(error, *address, chosen, setting)),
        }
    }
    match missing {
        Some((address, source)) if listeners.is_empty() => Err(BindError::Refused { address, port, source }),
        _ => Ok(listeners),
    }
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        // 0.0.0.0 has a socket of its own.
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Whether the address is "all IPv6 addresses" on a machine that has none.
fn is_without_ipv6(address: IpAddr, error: &io::Error) -> bool {
    let no_family = error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error());
    address.is_ipv6() && address.is_unspecified() && (no_family || error.kind() == io::ErrorKind::AddrNotAvailable)
}

fn explain(source: io::Error, address: IpAddr, port: u16, setting: &'static str) -> BindError {
    let free = if port < 1024 { port + 8000 } else { port.saturating_add(1) };
    match source.kind() {
        io::ErrorKind::AddrInUse => {
            let holder = Holder::of(Protocol::Tcp, port).map_or("another program".to_owned(), |it| it.to_string());
            BindError::InUse { port, setting, holder, free }
        }
        io::ErrorKind::PermissionDenied => {
            let program = std::env::current_exe().unwrap_or_else(|_| "signboard".into()).display().to_string();
            BindError::NotPermitted { port, setting, program, free }
        }
        _ => BindError::Refused { address, port, source },
    }
}
