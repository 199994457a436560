//! How native viewers come to their places without a person at each: tokens, a list of expected machines, and the settings.

use uuid::Uuid;

use crate::card::Mac;
use crate::document::document;
use crate::id::{DeviceId, EnrolmentTokenId, ExpectedDeviceId, GroupId, UserId, ViewerId};
use crate::state::State;

/// The id of the one document with the settings.
pub const ENROLMENT: Uuid = Uuid::from_u128(0x5167_6e62_6f61_7264_0000_0000_0000_0002);

document! {
    /// What a machine brings to be approved without a person.
    EnrolmentToken(EnrolmentTokenId) = "enrolment_token" {
        /// What it is for, in words.
        name: String = Public,
        /// SHA-256 of the token, 64 hexadecimal digits.
        #[serde(skip)]
        secret_hash: String = Secret,
        /// The viewer at which the machine shall stand; none = a new one, named after the computer.
        viewer: Option<ViewerId> = Public,
        /// The group in which a new viewer is put.
        group: Option<GroupId> = Public,
        /// How many machines may use it.
        uses: u32 = Public,
        /// How many have.
        used: u32 = Public,
        /// Who made it; none = somebody at the server's command line.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it ends, Unix milliseconds; none = never.
        expires_at: Option<i64> = Public,
    }
}

document! {
    /// A machine that is expected: it is approved when it comes, if the settings allow.
    ExpectedDevice(ExpectedDeviceId) = "expected_device" {
        /// Serial number of its board; empty = any.
        serial: String = Public,
        /// Hardware address of one of its network cards; none = any.
        mac: Option<Mac> = Public,
        /// Name of its viewer; empty = the computer's.
        name: String = Public,
        /// The group in which its viewer is put.
        group: Option<GroupId> = Public,
        /// The device that came; none = it is still expected.
        device: Option<DeviceId> = Public,
        /// Who made the entry.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
    }
}

document! {
    /// How native viewers may enrol.
    Enrolment(Uuid) = "enrolment" {
        /// Whether machines of the list are approved without a person.
        by_list: bool = Public,
        /// Whether every machine is approved without a person.
        automatic: bool = Public,
        /// Argon2id hash in PHC string format of the password that machines bring to be approved without a person; empty = none is asked for.
        #[serde(skip)]
        password_hash: String = Secret,
    }
}

impl Enrolment {
    /// The settings as they are now.
    #[must_use]
    pub fn of(state: &State) -> Self {
        state.enrolments.get(ENROLMENT).cloned().unwrap_or_default()
    }
}

impl EnrolmentToken {
    /// Whether one more machine may use it at this time, Unix milliseconds.
    #[must_use]
    pub fn counts(&self, now_ms: i64) -> bool {
        self.used < self.uses && self.expires_at.is_none_or(|end| now_ms < end)
    }
}

impl ExpectedDevice {
    /// Whether a machine with this serial number and these network cards is the expected one.
    #[must_use]
    pub fn is(&self, serial: &str, macs: &[Mac]) -> bool {
        let serial = serial.trim();
        let by_serial = !serial.is_empty() && self.serial.trim().eq_ignore_ascii_case(serial);
        by_serial || self.mac.is_some_and(|mac| macs.contains(&mac))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_known_by_its_serial_number_or_a_card() {
        let mac: Mac = "00:11:22:aa:bb:cc".parse().unwrap();
        let other: Mac = "00:11:22:aa:bb:cd".parse().unwrap();
        let by_serial = ExpectedDevice { serial: " 8X-11 ".into(), ..ExpectedDevice::default() };
        let by_mac = ExpectedDevice { mac: Some(mac), ..ExpectedDevice::default() };
        assert!(by_serial.is("8x-11", &[]) && !by_serial.is("8X-12", &[mac]) && !by_serial.is("", &[mac]));
        assert!(by_mac.is("", &[other, mac]) && !by_mac.is("", &[other]) && !by_mac.is("8X-11", &[]));
        assert!(!ExpectedDevice::default().is("", &[]), "an empty entry fits nobody");
    }

    #[test]
    fn a_token_ends_by_use_and_by_time() {
        let token = EnrolmentToken { uses: 2, used: 1, expires_at: Some(100), ..EnrolmentToken::default() };
        assert!(token.counts(99) && !token.counts(100));
        assert!(!EnrolmentToken { used: 2, ..token.clone() }.counts(0));
        assert!(EnrolmentToken { expires_at: None, ..token }.counts(i64::MAX));
    }
}
