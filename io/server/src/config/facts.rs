//! How long records are kept.

use super::section::section;

section! {
    /// How long records are kept.
    Facts = "facts";

    /// Days for which play records are kept.
    plays_days: u32 = "plays-days", 400, within 1..=36_500;
    /// Days for which the audit trail is kept.
    audit_days: u32 = "audit-days", 731, within 1..=36_500;
}
