//! `signboard-viewer setup`.

use clap::Args;

use super::{Exit, Failure, Place};
use crate::app::Hold;
use crate::config;
use crate::disk::Local;

/// What to set.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Wish {
    /// Servers in the order in which they are tried, such as signage.example.org or 10.0.0.5:7237.
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// SHA-256 of the certificate of the server or of its authority, hexadecimal.
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<String>,
    /// HTTP proxy, http://user:password@host:port.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// One-time token for the enrolment.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// File that holds the viewer password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<std::path::PathBuf>,
    /// Throw away the identity: the server will see a new machine. The viewer must not run.
    #[arg(long)]
    forget: bool,
}

/// Writes the settings into the viewer's own file.
pub(super) fn run(place: &Place, wish: &Wish) -> Result<String, Failure> {
    let data = place.data();
    let mut settings: Vec<(String, String)> = Vec::new();
    let mut set = |key: &str, value: &str| settings.push((key.to_owned(), value.to_owned()));
    if !wish.addresses.is_empty() {
        set("server.address", &wish.addresses.join(","));
    }
    for (key, value) in [("server.fingerprint", &wish.fingerprint), ("server.proxy", &wish.proxy), ("server.token", &wish.token)]
    {
        if let Some(value) = value {
            set(key, value);
        }
    }
    if let Some(file) = &wish.password_file {
        let password = std::fs::read_to_string(file).map_err(|error| {
            Failure::new(
                Exit::NoInput,
                format!("{} cannot be read ({error}); name a file that holds the password.", file.display()),
            )
        })?;
        set("server.password", password.trim_end_matches(['\n', '\r']));
    }
    if settings.is_empty() && !wish.forget {
        return Err(Failure::new(
            Exit::Usage,
            "nothing to set; write `signboard-viewer setup signage.example.org`, or look at `signboard-viewer setup --help`.",
        ));
    }
    std::fs::create_dir_all(&data).map_err(|error| {
        Failure::new(Exit::CannotCreate, format!("{} cannot be created ({error}); run this as root.", data.display()))
    })?;
    if wish.forget {
        forget(&data)?;
    }
    config::set(&Local, &data, &settings)?;
    hand_over(&data);
    let mut text = String::new();
    if wish.forget {
        text.push_str("The identity is gone; at its next start the viewer enrols anew.\n");
    }
    if !settings.is_empty() {
        text.push_str("Set. A viewer that runs takes it within seconds.\n");
    }
    Ok(text)
}

/// Removes identity and what the installation said; the next start removes its files and records.
fn forget(data: &std::path::Path) -> Result<(), Failure> {
    let _held = Hold::take(data).map_err(|_| {
        Failure::new(
            Exit::TemporaryFailure,
            "the viewer runs; stop it first (`systemctl stop 'signboard-viewer@*'`), then repeat this.",
        )
    })?;
    let failed = |error: std::io::Error| {
        Failure::new(Exit::CannotCreate, format!("the identity cannot be removed ({error}); run this as root."))
    };
    crate::identity::Passport::forget(data, &Local).map_err(failed)?;
    crate::memory::Memory::of(data, std::sync::Arc::new(Local)).forget().map_err(failed)
}

/// What root wrote belongs to whom the folder belongs.
fn hand_over(data: &std::path::Path) {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(folder) = std::fs::metadata(data) else { return };
    // Without the right to do so the file is the caller's, who is the viewer's user then.
    let _ = std::os::unix::fs::chown(data.join(config::OWN_FILE), Some(folder.uid()), Some(folder.gid()));
}
