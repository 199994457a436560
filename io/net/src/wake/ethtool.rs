//! The few messages of generic netlink that read and set the wake flag, as bytes (`linux/ethtool_netlink.h`, `linux/genetlink.h`).

/// Family id of the controller, which knows the ids of the others (`GENL_ID_CTRL`).
pub(super) const CONTROLLER: u16 = 0x10;
/// `NLMSG_ERROR`.
const ERROR: u16 = 2;
/// `NLM_F_REQUEST`, and with `NLM_F_ACK`.
const REQUEST: u16 = 1;
const REQUEST_AND_ACK: u16 = 5;
/// `CTRL_CMD_GETFAMILY`, `CTRL_ATTR_FAMILY_ID`, `CTRL_ATTR_FAMILY_NAME`.
const GET_FAMILY: u8 = 3;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;
/// `ETHTOOL_A_WOL_HEADER` and `ETHTOOL_A_WOL_MODES`, and the same of `ETHTOOL_A_DEBUG`.
const HEADER: u16 = 1;
const BITSET: u16 = 2;
/// `ETHTOOL_A_HEADER_DEV_NAME` and `ETHTOOL_A_HEADER_FLAGS`, the latter with `ETHTOOL_FLAG_COMPACT_BITSETS`.
const DEVICE_NAME: u16 = 2;
const HEADER_FLAGS: u16 = 3;
const COMPACT: u32 = 1;
/// `ETHTOOL_A_BITSET_SIZE`, `ETHTOOL_A_BITSET_VALUE`, `ETHTOOL_A_BITSET_MASK`.
const BITS: u16 = 2;
const VALUE: u16 = 4;
const MASK: u16 = 5;
/// `WAKE_MAGIC`, one bit of [`WAKE`].
const WAKE_MAGIC: u32 = 1 << 5;
/// `NLA_F_NESTED`, and the bits of an attribute's type without flags.
const NESTED: u16 = 0x8000;
const TYPE: u16 = 0x3fff;

/// A set of bits of a card that can be read and written: its two messages, and how many bits there are.
pub(super) struct Bitset {
    get: u8,
    set: u8,
    size: u32,
}

/// Reasons to wake: `ETHTOOL_MSG_WOL_GET`, `ETHTOOL_MSG_WOL_SET`, `WOL_MODE_COUNT`.
pub(super) const WAKE: Bitset = Bitset { get: 9, set: 10, size: 8 };

/// What the driver tells in the kernel's log: `ETHTOOL_MSG_DEBUG_GET`, `ETHTOOL_MSG_DEBUG_SET`, `NETIF_MSG_CLASS_COUNT`. Cards that cannot wake
/// anything have it too, so that it can be tried on any machine that the kernel takes what is written here.
#[cfg(test)]
pub(super) const MESSAGES: Bitset = Bitset { get: 7, set: 8, size: 15 };

/// Whether a card wakes on magic packets, as its driver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Modes {
    /// It could.
    pub(super) supported: bool,
    /// It does.
    pub(super) active: bool,
}

/// The kernel's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer<T> {
    /// What was asked for.
    Found(T),
    /// An error number; 0 acknowledges.
    Errno(i32),
    /// Nothing that could be read.
    Unreadable,
}

/// Asks for the id of the family `ethtool`.
pub(super) fn ask_family() -> Vec<u8> {
    message(CONTROLLER, REQUEST, GET_FAMILY, &attribute(FAMILY_NAME, b"ethtool\0"))
}

/// Asks for the bits of an interface.
pub(super) fn ask_modes(family: u16, bitset: &Bitset, interface: &str) -> Vec<u8> {
    message(family, REQUEST, bitset.get, &header(interface))
}

/// Sets or clears [`WAKE_MAGIC`], and leaves the other bits as they are.
pub(super) fn set_modes(family: u16, bitset: &Bitset, interface: &str, active: bool) -> Vec<u8> {
    let value = if active { WAKE_MAGIC } else { 0 };
    let bits = [(BITS, bitset.size), (VALUE, value), (MASK, WAKE_MAGIC)].map(|(kind, bits)| attribute(kind, &bits.to_ne_bytes()));
    let modes = attribute(BITSET | NESTED, &bits.concat());
    message(family, REQUEST_AND_ACK, bitset.set, &[header(interface), modes].concat())
}

/// Reads the answer to [`ask_family`].
pub(super) fn read_family(bytes: &[u8]) -> Answer<u16> {
    read(bytes, |attributes| {
        let id = find(attributes, FAMILY_ID)?.first_chunk()?;
        Some(u16::from_ne_bytes(*id))
    })
}

/// Reads the answer to [`ask_modes`].
pub(super) fn read_modes(bytes: &[u8]) -> Answer<Modes> {
    read(bytes, |attributes| {
        let modes = find(attributes, BITSET)?;
        let magic = |kind| Some(u32::from_ne_bytes(*find(modes, kind)?.first_chunk()?) & WAKE_MAGIC != 0);
        Some(Modes { supported: magic(MASK)?, active: magic(VALUE)? })
    })
}

/// Reads the answer to [`set_modes`].
pub(super) fn read_acknowledgement(bytes: &[u8]) -> Answer<()> {
    read(bytes, |_| None)
}

/// `struct nlmsghdr` and `struct genlmsghdr` before the attributes. Only one request is under way, so its number is always 1.
fn message(family: u16, flags: u16, command: u8, attributes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(20 + attributes.len()).expect("requests are short");
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend([family.to_ne_bytes(), flags.to_ne_bytes()].concat());
    bytes.extend([1_u32.to_ne_bytes(), 0_u32.to_ne_bytes()].concat());
    bytes.extend([command, 1, 0, 0]);
    bytes.extend(attributes);
    bytes
}

fn header(interface: &str) -> Vec<u8> {
    let name = attribute(DEVICE_NAME, &[interface.as_bytes(), b"\0"].concat());
    let flags = attribute(HEADER_FLAGS, &COMPACT.to_ne_bytes());
    attribute(HEADER | NESTED, &[name, flags].concat())
}

/// `struct nlattr`, padded to four bytes.
fn attribute(kind: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + payload.len()).expect("names of interfaces are short");
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn read<T>(bytes: &[u8], found: impl FnOnce(&[u8]) -> Option<T>) -> Answer<T> {
    let Some((header, payload)) = bytes.split_first_chunk::<16>() else { return Answer::Unreadable };
    if u16::from_ne_bytes([header[4], header[5]]) == ERROR {
        return payload
            .first_chunk()
            .map_or(Answer::Unreadable, |errno| Answer::Errno(i32::from_ne_bytes(*errno).saturating_neg()));
    }
    payload.get(4..).and_then(found).map_or(Answer::Unreadable, Answer::Found)
}

/// The payload of the first attribute of a kind.
fn find(mut attributes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let header: &[u8; 4] = attributes.first_chunk()?;
        let (length, kind) = (u16::from_ne_bytes([header[0], header[1]]), u16::from_ne_bytes([header[2], header[3]]));
        let payload = attributes.get(4..usize::from(length))?;
        if kind & TYPE == wanted {
            return Some(payload);
        }
        attributes = attributes.get(usize::from(length).next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: String = hex.split_whitespace().collect();
        (0..hex.len()).step_by(2).map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap()).collect()
    }

    #[test]
    fn requests_are_what_the_kernel_expects() {
        let family = "20000000 1000 0100 01000000 00000000 03010000 0c000200 6574 6874 6f6f 6c00";
        assert_eq!(ask_family(), bytes(family));
        let header = "18000180 09000200 65746830 00000000 08000300 01000000";
        assert_eq!(ask_modes(0x14, &WAKE, "eth0"), bytes(&format!("2c000000 1400 0100 01000000 00000000 09010000 {header}")));
        let modes = "1c000280 08000200 08000000 08000400 20000000 08000500 20000000";
        assert_eq!(
            set_modes(0x14, &WAKE, "eth0", true),
            bytes(&format!("48000000 1400 0500 01000000 00000000 0a010000 {header} {modes}"))
        );
    }

    /// What Debian's ethtool 6.1 sends for `ethtool -s tap0 wol g`, as strace shows it. It lists the bits one by one.
    const THEIRS: &str = "3c000000 1500 0500 02000000 00000000 0a010000 10000180 09000200 74617030 00000000 \
                          18000280 04000100 10000380 0c000180 08000100 05000000";

    #[test]
    fn the_program_ethtool_says_the_same_in_its_own_way() {
        let (theirs, ours) = (bytes(THEIRS), set_modes(0x15, &WAKE, "tap0", true));
        assert_eq!((&theirs[4..8], &theirs[16..20]), (&ours[4..8], &ours[16..20]), "type, flags and command");
        let (theirs, ours) = (&theirs[20..], &ours[20..]);
        let name = |attributes| find(find(attributes, HEADER).unwrap(), DEVICE_NAME).unwrap();
        assert_eq!(name(theirs), name(ours));
        // ETHTOOL_A_BITSET_BITS, ETHTOOL_A_BITSET_BITS_BIT and ETHTOOL_A_BITSET_BIT_INDEX.
        let bit = [BITSET, 3, 1, 1].into_iter().fold(theirs, |attributes, kind| find(attributes, kind).unwrap());
        let index = u32::from_ne_bytes(bit.try_into().unwrap());
        let value = find(find(ours, BITSET).unwrap(), VALUE).unwrap();
        assert_eq!(u32::from_ne_bytes(value.try_into().unwrap()), 1 << index);
    }

    #[test]
    fn answers_say_what_the_card_can_and_does() {
        let start = "48000000 1400 0000 01000000 34120000 09010000 10000180 08000100 02000000 08000200 65746800";
        let answer =
            |value: &str, mask: &str| bytes(&format!("{start} 1c000280 08000200 08000000 08000400 {value} 08000500 {mask}"));
        for (value, mask, supported, active) in
            [("20000000", "2f000000", true, true), ("00000000", "2f000000", true, false), ("00000000", "01000000", false, false)]
        {
            let mut given = answer(value, mask);
            // The name of the device in the header is skipped with whatever it holds.
            given[20..22].copy_from_slice(&20_u16.to_ne_bytes());
            assert_eq!(read_modes(&given), Answer::Found(Modes { supported, active }));
        }
        let family = bytes("00000000 1000 0000 01000000 00000000 01020000 0c000200 6574 6874 6f6f 6c00 06000100 1400 0000");
        assert_eq!(read_family(&family), Answer::Found(0x14));
    }

    #[test]
    fn errors_carry_their_number_and_broken_answers_do_no_harm() {
        let refused = bytes("24000000 0200 0000 01000000 00000000 a1ffffff 00000000");
        assert_eq!(read_modes(&refused), Answer::Errno(95));
        let acknowledged = bytes("24000000 0200 0001 01000000 00000000 00000000");
        assert_eq!(read_acknowledgement(&acknowledged), Answer::Errno(0));
        for length in 0..refused.len() - 4 {
            assert_eq!(read_modes(&refused[..length]), Answer::Unreadable, "{length}");
        }
        let endless = bytes("00000000 1400 0000 01000000 00000000 09010000 00000100 00000100");
        assert_eq!(read_modes(&endless), Answer::Unreadable);
    }
}
