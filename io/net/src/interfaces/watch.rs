//! Interfaces that come and go.

use core::time::Duration;
use std::io;

use tokio::time::Instant;

use super::Interface;

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Several addresses mostly change at once; wait for the last of them.
const SETTLE: Duration = Duration::from_millis(100);

/// The served interfaces, kept up to date: the kernel's notices where they can be had, and a look every five seconds.
#[derive(Debug)]
pub struct Interfaces {
    current: Vec<Interface>,
    notices: Option<notices::Notices>,
    /// Kept here and not in the waiting future, which a busy caller drops again and again.
    next_look: Instant,
}

impl Interfaces {
    /// Looks for the first time.
    ///
    /// # Errors
    /// What the system says when it cannot list the interfaces.
    pub fn new() -> io::Result<Self> {
        let notices = notices::Notices::open().ok();
        Ok(Self { notices, current: super::served()?, next_look: Instant::now() + LOOK_EVERY })
    }

    /// The served interfaces of the last look.
    #[must_use]
    pub fn current(&self) -> &[Interface] {
        &self.current
    }

    /// Waits until the served interfaces differ from [`Interfaces::current`]. May be dropped and called again at any time.
    pub async fn changed(&mut self) -> &[Interface] {
        loop {
            let noticed = match &self.notices {
                Some(notices) => tokio::select! {
                    biased;
                    () = tokio::time::sleep_until(self.next_look) => None,
                    noticed = notices.wait() => Some(noticed),
                },
                None => {
                    tokio::time::sleep_until(self.next_look).await;
                    None
                }
            };
            match noticed {
                Some(Ok(())) => {
                    self.next_look = self.next_look.min(Instant::now() + SETTLE);
                    continue;
                }
                Some(Err(_)) => self.notices = None,
                None => self.next_look = Instant::now() + LOOK_EVERY,
            }
            // A failing look is tried again: the last good one stays in force.
            if let Ok(next) = super::served()
                && next != self.current
            {
                self.current = next;
                return &self.current;
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod notices {
    //! The kernel's notices of changed links and addresses (rtnetlink).

    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};

    use nix::errno::Errno;
    use nix::libc;
    use nix::sys::socket::{AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recv, socket};
    use tokio::io::unix::AsyncFd;

    #[derive(Debug)]
    pub(super) struct Notices(AsyncFd<OwnedFd>);

    impl Notices {
        pub(super) fn open() -> io::Result<Self> {
            let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
            let fd = socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkRoute)?;
            let groups = libc::RTMGRP_LINK | libc::RTMGRP_IPV4_IFADDR | libc::RTMGRP_IPV6_IFADDR;
            bind(fd.as_raw_fd(), &NetlinkAddr::new(0, groups.cast_unsigned()))?;
            #[expect(
                deprecated,
                reason = "an OwnedFd stays open as long as the AsyncFd has it, which is all that the unsafe successor asks for"
            )]
            Ok(Self(AsyncFd::new(fd)?))
        }

        /// Waits for the next notice, and takes all that are there. What they say is looked up anew, so they are not read.
        pub(super) async fn wait(&self) -> io::Result<()> {
            let mut ready = self.0.readable().await?;
            let mut bytes = [0; 8 * 1024];
            loop {
                match recv(self.0.as_raw_fd(), &mut bytes, MsgFlags::MSG_DONTWAIT) {
                    // Lost notices are notices too.
                    Ok(_) | Err(Errno::ENOBUFS | Errno::EINTR) => {}
                    Err(Errno::EAGAIN) => break,
                    Err(error) => return Err(error.into()),
                }
            }
            ready.clear_ready();
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod notices {
    //! Elsewhere there is only the look every few seconds.

    use std::io;

    #[derive(Debug)]
    pub(super) struct Notices;

    impl Notices {
        pub(super) fn open() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) async fn wait(&self) -> io::Result<()> {
            std::future::pending().await
        }
    }
}
