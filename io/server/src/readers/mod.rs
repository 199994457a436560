//! What follows the log besides viewers and browsers: the audit trail, what should not have come about, and the janitor that empties the
//! trash.

pub mod audit;
pub mod clashes;
pub mod janitor;
