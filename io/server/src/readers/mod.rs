//! What follows the log besides viewers and browsers: the audit trail, and the janitor that empties the trash.

pub mod audit;
pub mod janitor;
