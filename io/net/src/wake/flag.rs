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

use super::ethtool::{self, Answer, Modes, WAKE};

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
    /// The process may neither read nor set it.
    #[error("the kernel tells and sets the wake flag of {0:?} only for root, or with the right CAP_NET_ADMIN")]
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
    flag_of(interface, ethtool::read_modes(&connection.ask(&ethtool::ask_modes(connection.family, &WAKE, interface))?))
}

fn flag_of(interface: &str, answer: Answer<Modes>) -> Result<WakeFlag, FlagError> {
    match answer {
        Answer::Found(modes) if !modes.supported => Ok(WakeFlag::Unsupported),
        Answer::Found(modes) => Ok(if modes.active { WakeFlag::On } else { WakeFlag::Off }),
        Answer::Errno(number) => match refusal(interface, number) {
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
    let request = ethtool::set_modes(connection.family, &WAKE, interface, active);
    acknowledged(interface, ethtool::read_acknowledgement(&connection.ask(&request)?))
}

fn acknowledged(interface: &str, answer: Answer<()>) -> Result<(), FlagError> {
    match answer {
        Answer::Errno(0) => Ok(()),
        Answer::Errno(number) => Err(refusal(interface, number)),
        Answer::Found(()) | Answer::Unreadable => Err(FlagError::Unreadable(interface.to_owned())),
    }
}

/// What an error number of the kernel means. A driver that lacks the reason to wake says `EINVAL`, one that cannot wake at all `EOPNOTSUPP`.
fn refusal(interface: &str, number: i32) -> FlagError {
    match Errno::from_raw(number) {
        Errno::ENODEV => FlagError::NoInterface(interface.to_owned()),
        Errno::EOPNOTSUPP | Errno::EINVAL => FlagError::Unsupported(interface.to_owned()),
        Errno::EPERM | Errno::EACCES => FlagError::NotAllowed(interface.to_owned()),
        other => system(interface, other),
    }
}

fn system(interface: &str, error: Errno) -> FlagError {
    FlagError::System { interface: interface.to_owned(), source: error.into() }
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

    fn system(&self, error: Errno) -> FlagError {
        system(self.interface, error)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use nix::libc;
    use testkit::lab::{Host, Lab, Path};

    use super::ethtool::{MESSAGES, read_acknowledgement, set_modes};
    use super::*;

    #[test]
    fn every_answer_of_the_kernel_has_its_sentence() {
        let modes = |supported, active| Answer::Found(Modes { supported, active });
        let flag = |answer| flag_of("eth0", answer).map_err(|error| error.to_string());
        assert_eq!(flag(modes(true, true)), Ok(WakeFlag::On));
        assert_eq!(flag(modes(true, false)), Ok(WakeFlag::Off));
        for cannot in [modes(false, false), Answer::Errno(libc::EOPNOTSUPP)] {
            assert_eq!(flag(cannot), Ok(WakeFlag::Unsupported));
        }
        let set = |number| acknowledged("eth0", Answer::Errno(number)).map_err(|error| error.to_string());
        assert_eq!(set(0), Ok(()));
        for (number, part) in [
            (libc::EOPNOTSUPP, "look for Wake-on-LAN in the machine's firmware settings"),
            (libc::EINVAL, "the card \"eth0\" or its driver cannot wake this machine"),
            (libc::EPERM, "only for root, or with the right CAP_NET_ADMIN"),
            (libc::ENODEV, "there is no network interface \"eth0\""),
            (libc::EIO, "the wake flag of \"eth0\": "),
        ] {
            let sentence = set(number).unwrap_err();
            assert!(sentence.contains(part), "{number}: {sentence}");
        }
        assert!(flag(Answer::Errno(libc::EPERM)).unwrap_err().contains("tells and sets the wake flag of \"eth0\" only for root"));
        assert!(flag(Answer::Unreadable).is_err() && acknowledged("eth0", Answer::Unreadable).is_err());
    }

    /// The message level, as Debian's ethtool shows it.
    fn shown(host: &Host) -> String {
        let output = host.run(Command::new("ethtool").arg("eth0")).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find_map(|line| line.trim().strip_prefix("Current message level: "));
        line.unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    /// No card of a lab can wake anything. Another set of bits of the same form is there on TAP devices, and `ethtool` is its witness.
    #[test]
    fn lab_the_kernel_takes_our_bits_and_changes_no_other() -> anyhow::Result<()> {
        let Some(lab) = Lab::open_with(&[("ethtool", "ethtool")])? else { return Ok(()) };
        let host = lab.segment()?.host_through("screen", Path { delay: Duration::ZERO, rate: None })?;
        let theirs = |level: &str| {
            let output = host.run(Command::new("ethtool").args(["-s", "eth0", "msglvl", level])).unwrap();
            assert!(output.status.success(), "{output:?}");
        };
        let ours = |active| {
            host.enter(|| {
                let connection = Connection::open("eth0").unwrap();
                read_acknowledgement(&connection.ask(&set_modes(connection.family, &MESSAGES, "eth0", active)).unwrap())
            })
        };
        theirs("0x0007");
        assert_eq!(ours(true), Answer::Errno(0));
        assert!(shown(&host).starts_with("0x00000027 "), "{}", shown(&host));
        assert_eq!(ours(false), Answer::Errno(0));
        assert!(shown(&host).starts_with("0x00000007 "), "{}", shown(&host));
        Ok(())
    }

    const WITHOUT: &str = "XTASK_WITHOUT_THE_RIGHT";

    #[test]
    fn lab_without_the_right_the_kernel_says_nothing() -> anyhow::Result<()> {
        let Some(lab) = Lab::open_with(&[("setpriv", "util-linux")])? else { return Ok(()) };
        let host = lab.segment()?.host("screen")?;
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set", "-net_admin"]).arg(std::env::current_exe()?);
        let output = host.run(command.args(["--ignored", "--exact", "wake::flag::tests::to_be_refused"]).env(WITHOUT, "1"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
        Ok(())
    }

    #[test]
    #[ignore = "started without the right by the test above"]
    fn to_be_refused() {
        if std::env::var_os(WITHOUT).is_none() {
            return;
        }
        for refused in [read_flag("eth0").map(drop), set_flag("eth0", true)] {
            assert!(matches!(&refused, Err(FlagError::NotAllowed(name)) if name == "eth0"), "{refused:?}");
        }
    }
}
