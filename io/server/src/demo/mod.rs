//! The demo installation *Harbour Pier 3*: made once in an empty data folder, shown to every browser that brings a demo token.

mod plan;
mod seed;
mod visitor;

use std::path::Path;

pub use seed::seed;
pub use visitor::{approve_visitor, screen_of};

use crate::app::App;
use crate::now::new_secret;

/// Sign-in name of the demo's administrator.
pub const LOGIN: &str = "demo";

/// Secrets of a demo, made at its first start and kept beside the data for its owner only.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Password of the administrator.
    pub password: String,
    /// Token that approves any browser.
    pub token: String,
}

impl Secrets {
    /// Reads the secrets of a data folder, or makes them.
    ///
    /// # Errors
    /// When the file can neither be read nor written.
    pub fn of(data: &Path) -> std::io::Result<Self> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = data.join("demo-secrets");
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some((password, token)) = kept.trim().split_once('\n') {
            return Ok(Self { password: password.to_owned(), token: token.to_owned() });
        }
        let secrets = Self { password: new_secret()[..12].to_owned(), token: new_secret()[..16].to_owned() };
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        writeln!(file, "{}\n{}", secrets.password, secrets.token)?;
        file.sync_all()?;
        Ok(secrets)
    }
}

/// What the demo prints when it is ready.
#[must_use]
pub fn welcome(app: &App, secrets: &Secrets, address: &str) -> String {
    let mut text = format!(
        "\n  Signboard demo: Harbour Pier 3\n\n  Admin    {address}/\n           sign in as {LOGIN} with the password {}\n\n  Screens  (open one in any browser; no click needed)\n",
        secrets.password
    );
    let state = app.core.state();
    for (index, (_, viewer)) in state.rows.viewers.iter().filter(|(_, v)| v.value.trashed_at.is_none()).enumerate().take(4) {
        let token = if index == 0 { secrets.token.clone() } else { format!("{}.{}", secrets.token, index + 1) };
        text.push_str(&format!("           {address}/viewer/?token={token}   {}\n", viewer.value.name));
    }
    text.push_str("\n  Stop with Ctrl C.\n");
    text
}
