//! Listening to the frames that arrive at a card.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, bind, recv, socket};

/// Longer than any frame of a lab.
const FRAME: usize = 65_536;

/// Frames that arrive at one card, from when this was made; what the host itself sends is left out.
#[derive(Debug)]
pub struct Capture {
    socket: OwnedFd,
    own: Option<[u8; 6]>,
}

impl Capture {
    /// Listens at a card of the namespace in which the calling thread is.
    pub(super) fn new(name: &str) -> anyhow::Result<Self> {
        let socket = socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::EthAll)?;
        let found = getifaddrs()?.filter(|card| card.interface_name == name);
        let address = found.filter_map(|card| card.address?.as_link_addr().copied()).next();
        let address = address.with_context(|| format!("there is no card `{name}`"))?;
        bind(socket.as_raw_fd(), &address)?;
        Ok(Self { socket, own: address.addr() })
    }

    /// The next frame from its destination address to its last byte, or none if none comes in time.
    ///
    /// # Errors
    /// If the system refuses, such as a card that was unplugged.
    pub fn next(&self, patience: Duration) -> anyhow::Result<Option<Vec<u8>>> {
        self.find(patience, |_| true)
    }

    /// The next frame for which `wanted` holds; others are passed over.
    ///
    /// # Errors
    /// If the system refuses, such as a card that was unplugged.
    pub fn find(&self, patience: Duration, wanted: impl Fn(&[u8]) -> bool) -> anyhow::Result<Option<Vec<u8>>> {
        let end = Instant::now() + patience;
        let mut frame = vec![0; FRAME];
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let wait = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            match poll(&mut [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)], wait) {
                Ok(0) | Err(Errno::EINTR) if left.is_zero() => return Ok(None),
                Ok(0) | Err(Errno::EINTR) => continue,
                other => other?,
            };
            let length = recv(self.socket.as_raw_fd(), &mut frame, MsgFlags::MSG_DONTWAIT)?;
            let seen = &frame[..length];
            let from_here = self.own.is_some_and(|own| seen.get(6..12) == Some(&own[..]));
            if !from_here && wanted(seen) {
                return Ok(Some(seen.to_vec()));
            }
        }
    }
}
