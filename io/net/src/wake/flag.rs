//! The wake flag of a card: whether it listens for magic packets while the machine is off.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::sockopt::ReceiveTimeout;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, connect, recv, send, setsockopt, socket,
};
use nix::sys::time::TimeVal;
use thiserror::Error;

use super::ethtool::{self, Answer};

/// Longer than any answer.
const LONGEST: usize = 8192;
/// The kernel answers at once; this is for one that does not.
const PATIENCE_S: i64 = 2;

/// What a card does with magic packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WakeFlag {
    /// It could wake the machine and does not.
    Off,
    /// It wakes the machine.
    On,
    /// It cannot, or its driver does not say.
    Unsupported,
}

/// The flag cannot be read or set.
#[derive(Debug, Error)]
pub enum FlagError {
    /// No interface has that name.
    #[error("there is no network interface {0:?}")]
    NoInterface(String),
    /// The card cannot wake the machine.
    #[error(
        "the card {0:?} or its driver cannot wake this machine on magic packets: look for Wake-on-LAN in the machine's firmware settings"
    )]
    Unsupported(String),
    /// The process may not set it.
    #[error("setting the wake flag of {0:?} needs root or the right CAP_NET_ADMIN")]
    NotAllowed(String),
    /// The kernel is older than 5.6 or built without it.
    #[error("this kernel has no ethtool interface over netlink: Linux 5.6 or newer is needed")]
    NoEthtool,
    /// The kernel's answer is not understood.
    #[error("the kernel's answer about {0:?} is not understood")]
    Unreadable(String),
    /// Anything else that the system said.
    #[error("the wake flag of {interface:?}: {source}")]
    System {
        /// The interface.
        interface: String,
        /// What it said.
        source: io::Error,
    },
}

/// Reads the flag of an interface, such as `eth0`.
///
/// # Errors
/// [`FlagError`], but not where the card cannot wake: that is an answer.
pub fn read_flag(interface: &str) -> Result<WakeFlag, FlagError> {
    let connection = Connection::open(interface)?;
    match ethtool::read_modes(&connection.ask(&ethtool::ask_modes(connection.family, interface))?) {
        Answer::Found(modes) if !modes.supported => Ok(WakeFlag::Unsupported),
        Answer::Found(modes) => Ok(if modes.active { WakeFlag::On } else { WakeFlag::Off }),
        Answer::Errno(number) => match connection.error(number) {
            FlagError::Unsupported(_) => Ok(WakeFlag::Unsupported),
            error => Err(error),
        },
        Answer::Unreadable => Err(FlagError::Unreadable(interface.to_owned())),
    }
}

/// Makes a card wake this machine on magic packets, or not. Its other reasons to wake stay as they are. Most drivers forget this when the
/// machine is switched off, so it is to be done at each start.
///
/// # Errors
/// [`FlagError`].
pub fn set_flag(interface: &str, active: bool) -> Result<(), FlagError> {
    let connection = Connection::open(interface)?;
    match ethtool::read_acknowledgement(&connection.ask(&ethtool::set_modes(connection.family, interface, active))?) {
        Answer::Errno(0) => Ok(()),
        Answer::Errno(number) => Err(connection.error(number)),
        Answer::Found(()) | Answer::Unreadable => Err(FlagError::Unreadable(interface.to_owned())),
    }
}

/// A socket to the kernel's ethtool family.
struct Connection<'i> {
    socket: OwnedFd,
    family: u16,
    interface: &'i str,
}

impl<'i> Connection<'i> {
    fn open(interface: &'i str) -> Result<Self, FlagError> {
        // `IFNAMSIZ` of Linux counts the zero at the end.
        if interface.is_empty() || interface.len() > 15 || interface.contains('\0') {
            return Err(FlagError::NoInterface(interface.to_owned()));
        }
        let made = socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::NetlinkGeneric);
        let mut connection = Self { socket: made.map_err(|_| FlagError::NoEthtool)?, family: 0, interface };
        let fd = connection.socket.as_raw_fd();
        connect(fd, &NetlinkAddr::new(0, 0)).map_err(|error| connection.system(error))?;
        let patience = TimeVal::new(PATIENCE_S, 0);
        setsockopt(&connection.socket, ReceiveTimeout, &patience).map_err(|error| connection.system(error))?;
        match ethtool::read_family(&connection.ask(&ethtool::ask_family())?) {
            Answer::Found(family) => connection.family = family,
            Answer::Errno(_) | Answer::Unreadable => return Err(FlagError::NoEthtool),
        }
        Ok(connection)
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, FlagError> {
        let fd = self.socket.as_raw_fd();
        send(fd, request, MsgFlags::empty()).map_err(|error| self.system(error))?;
        let mut answer = vec![0; LONGEST];
        let length = recv(fd, &mut answer, MsgFlags::empty()).map_err(|error| self.system(error))?;
        answer.truncate(length);
        Ok(answer)
    }

    fn error(&self, number: i32) -> FlagError {
        let interface = self.interface.to_owned();
        match Errno::from_raw(number) {
            Errno::ENODEV => FlagError::NoInterface(interface),
            Errno::EOPNOTSUPP | Errno::EINVAL => FlagError::Unsupported(interface),
            Errno::EPERM | Errno::EACCES => FlagError::NotAllowed(interface),
            other => self.system(other),
        }
    }

    fn system(&self, error: Errno) -> FlagError {
        FlagError::System { interface: self.interface.to_owned(), source: error.into() }
    }
}
