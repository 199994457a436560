//! NTP on sockets: a server, a client, and the service that joins them by mode. The protocol is described in `docs/protocols/time.md`; what is
//! decided is decided in [`lan::ntp`].
//!
//! Nothing here ever sets the system's clock.

mod chrony;
mod datagram;
mod following;
mod kernel;
mod patience;
mod query;
mod reading;
mod server;
mod service;
mod settings;
mod sleep;
mod source;
mod state;
mod system;

pub use chrony::Tracking;
pub use kernel::Kernel;
pub use query::{Queried, QueryError, query};
pub use reading::Reading;
pub use server::{BindError, NtpServer};
pub use service::{Status, TimeService};
pub use settings::{Listen, Mode, Settings, SourceName};
pub use state::{Clock, TimeState, Timeline};
pub use system::{Knowledge, knowledge};
