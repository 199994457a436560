//! The clock and the ids of this process. Deciding code gets both as arguments.

use uuid::Uuid;

/// Unix time in milliseconds.
#[must_use]
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A new id: UUIDv7, so that ids sort by the time of their making.
#[must_use]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// `N` random bytes from the operating system.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    use rand::TryRngCore;
    let mut bytes = [0; N];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).expect("the operating system has random bytes");
    bytes
}

/// A secret of 32 random bytes, 64 hexadecimal digits.
#[must_use]
pub fn new_secret() -> String {
    hex::encode(random::<32>())
}

/// SHA-256 of a text, 64 hexadecimal digits: how secrets that we made are kept.
#[must_use]
pub fn digest(secret: &str) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(secret.as_bytes()))
}
