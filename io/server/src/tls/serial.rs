//! Serial numbers of certificates.

use rand::RngCore as _;
use rcgen::SerialNumber;

/// A number that no certificate of this issuer has: 127 random bits (RFC 5280, section 4.1.2.2, positive and at most
/// 20 bytes). Browsers refuse two certificates of one issuer with the same number.
pub(crate) fn random_serial() -> SerialNumber {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    SerialNumber::from_slice(&bytes)
}
