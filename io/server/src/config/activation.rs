//! Online activation.

use super::HostName;
use super::section::section;

section! {
    /// Online activation of licences. Nothing is asked yet; `signboard doctor` tests whether it could be.
    Activation = "activation";

    /// Host of the activation service, asked on port 4525 or 443. Empty: none.
    host: Option<HostName> = "host", None;
}
