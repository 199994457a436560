//! The installation's device authority: it signs the certificates by which servers and native viewers know each other.

use crate::document::document;
use crate::id::AuthorityId;
use crate::state::State;

document! {
    /// A certification authority for devices. Usually there is one; two servers that met after each had made its own leave two.
    Authority(AuthorityId) = "authority" {
        /// Its certificate, PEM (RFC 7468).
        certificate: String = Public,
        /// Its private key, PKCS #8 in PEM.
        #[serde(skip)]
        key: String = Secret,
        /// When it was made, Unix milliseconds.
        made_at: i64 = Public,
    }
}

/// The authority that signs: the oldest, so that all servers of an installation choose the same one.
#[must_use]
pub fn signing(state: &State) -> Option<(AuthorityId, &Authority)> {
    state.authorities.iter().next().map(|(id, held)| (id, &held.value))
}
