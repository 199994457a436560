//! The configuration: what an operator sets before the server starts.
//!
//! Sources in order, the later ones win: defaults, the file, the environment (`SIGNBOARD_` and the key in capitals
//! with `_` for `.` and `-`), then `--set key=value`. Reading it changes nothing on the machine.

mod activation;
mod bind;
mod check;
mod choice;
mod control;
mod data;
mod discovery;
mod facts;
mod file;
mod host_name;
mod ip_range;
mod limits;
mod load;
mod logging;
mod nearest;
mod problem;
mod remote;
mod replication;
mod sample;
mod secret_file;
mod section;
mod setting;
mod time;
mod value;
mod wake;
mod web;

use std::collections::BTreeMap;

pub use activation::Activation;
pub use bind::Bind;
pub use control::Control;
pub use data::Data;
pub use discovery::Discovery;
pub use facts::Facts;
pub use host_name::HostName;
pub use ip_range::IpRange;
pub use limits::Limits;
pub use load::{DEFAULT_FILE, Sources};
pub use logging::{LogFilter, LogFormat, Logging};
pub use problem::{Place, Problem};
pub use remote::Remote;
pub use replication::Replication;
pub use sample::sample;
pub use secret_file::{SecretFileError, read_secret_file};
pub use section::Field;
use section::{Illegal, Section};
pub use setting::Setting;
pub use time::{Time, TimeMode};
pub use value::Value;
pub use wake::Wake;
pub use web::{HttpMode, TlsMode, Web};

/// Writes the configuration's struct and what goes over all of its sections.
macro_rules! configuration {
    ($($(#[doc = $doc:literal])+ $field:ident: $section:ident,)+) => {
        /// Everything that an operator can set, with the place from which each changed setting came.
        #[derive(Clone, Debug, Default)]
        pub struct Config {
            $($(#[doc = $doc])+ pub $field: $section,)+
            origins: BTreeMap<String, Place>,
        }

        impl Config {
            /// Every section: name of the table, explanation, settings.
            #[must_use]
            pub fn sections() -> Vec<(&'static str, &'static [&'static str], Vec<Field>)> {
                vec![$(($section::NAME, $section::DOC, $section::fields()),)+]
            }

            fn apply(&mut self, key: &str, value: &Value) -> Option<Result<(), Illegal>> {
                let (section, rest) = key.split_once('.')?;
                match section {
                    $(name if name == $section::NAME => self.$field.apply(rest, value),)+
                    _ => None,
                }
            }
        }
    };
}

configuration! {
    /// Addresses.
    bind: Bind,
    /// HTTP and HTTPS.
    web: Web,
    /// The control port.
    control: Control,
    /// Other servers.
    replication: Replication,
    /// Being found in the network.
    discovery: Discovery,
    /// Time for viewers.
    time: Time,
    /// Waking viewers.
    wake: Wake,
    /// Online activation.
    activation: Activation,
    /// Data folder and horizon.
    data: Data,
    /// How much is accepted.
    limits: Limits,
    /// How long records are kept.
    facts: Facts,
    /// The log.
    log: Logging,
}

impl Config {
    /// Where a setting got its value.
    #[must_use]
    pub fn origin(&self, key: &str) -> Place {
        self.origins.get(key).cloned().unwrap_or(Place::Default)
    }

    /// Every key, such as `web.http-port`, in the order of the sample.
    #[must_use]
    pub fn keys() -> Vec<String> {
        Self::sections()
            .into_iter()
            .flat_map(|(section, _, fields)| fields.into_iter().map(move |field| format!("{section}.{}", field.key)))
            .collect()
    }
}
