//! A network device whose frames this process carries.

use std::fs::{File, OpenOptions};
use std::io;

use anyhow::{Context, ensure};
use rustix::ioctl::{Opcode, Setter, ioctl, opcode};

use super::namespace::Namespace;

/// `struct ifreq` of the kernel, as far as TUN devices use it.
#[repr(C)]
struct Request {
    name: [u8; 16],
    flags: u16,
    rest: [u8; 22],
}

/// Whole Ethernet frames, without a header of the driver before each.
const TAP_WITHOUT_HEADER: u16 = 0x0002 | 0x1000;
/// `TUNSETIFF`.
const MAKE: Opcode = opcode::write::<i32>(b'T', 202);
/// `TUNSETCARRIER`.
const CARRIER: Opcode = opcode::write::<i32>(b'T', 226);

/// Makes a device called `name` inside `namespace`; it goes when the file is closed. Each read gives one frame, each write sends one.
pub(super) fn make(namespace: &Namespace, name: &str) -> anyhow::Result<File> {
    ensure!(name.len() < 16, "`{name}` is too long for a network device");
    let mut request = Request { name: [0; 16], flags: TAP_WITHOUT_HEADER, rest: [0; 22] };
    request.name[..name.len()].copy_from_slice(name.as_bytes());
    namespace.enter(|| {
        let file = OpenOptions::new().read(true).write(true).open("/dev/net/tun").context("/dev/net/tun")?;
        set::<MAKE, _>(&file, request).with_context(|| format!("TAP device `{name}`"))?;
        anyhow::Ok(file)
    })
}

/// Says whether the cable is in.
pub(super) fn carrier(tap: &File, present: bool) -> io::Result<()> {
    set::<CARRIER, _>(tap, i32::from(present))
}

fn set<const OPERATION: Opcode, T>(tap: &File, value: T) -> io::Result<()> {
    #[expect(unsafe_code, reason = "TUN devices are made by ioctl only; both operations read one value of the given type")]
    // SAFETY: `MAKE` reads a `struct ifreq` of 40 bytes and `CARRIER` an `int`, which is what the two callers give.
    unsafe {
        ioctl(tap, Setter::<OPERATION, T>::new(value))?;
    }
    Ok(())
}
