//! The demo installation *Harbour Pier 3*: made once in an empty data folder, shown to every browser that brings a demo token.

mod plan;
mod seed;
mod visitor;

use std::path::Path;

pub use seed::seed;
pub use visitor::{approve_visitor, screen_of};

use crate::app::App;
use crate::http::error::Error;
use crate::listen::Endpoint;
use crate::now::new_secret;
use crate::tls::ServerNames;

/// Sign-in name of the demo's administrator.
pub const LOGIN: &str = "demo";

/// Secrets of a demo.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Password of the administrator, made anew at each start and kept nowhere: what an older start printed opens nothing.
    pub password: String,
    /// Token that approves any browser, made at the first start and kept beside the data for its owner only, since the
    /// addresses of screens carry it.
    pub token: String,
}

impl Secrets {
    /// A new password, and the token of a data folder, made where it has none.
    ///
    /// # Errors
    /// When the file can neither be read nor written.
    pub fn of(data: &Path) -> std::io::Result<Self> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = data.join("demo-secrets");
        let password = new_secret()[..12].to_owned();
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        // Earlier versions kept a password in the line above.
        if let Some(token) = kept.lines().last().filter(|token| !token.is_empty()) {
            return Ok(Self { password, token: token.to_owned() });
        }
        let secrets = Self { password, token: new_secret()[..16].to_owned() };
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        writeln!(file, "{}", secrets.token)?;
        file.sync_all()?;
        Ok(secrets)
    }
}

/// Gives the administrator of a demo that stands the password of this start. Who is signed in stays so.
///
/// # Errors
/// What went wrong, in the words of the API.
pub async fn renew(app: &App, secrets: &Secrets) -> Result<(), Error> {
    match app.core.state().user_by_login(LOGIN) {
        Some(user) => crate::http::users::replace(app, None, user, secrets.password.clone()).await.map(drop),
        None => Ok(()),
    }
}

/// What the demo prints when it is ready and answers at `endpoints`.
#[must_use]
pub fn welcome(app: &App, secrets: &Secrets, endpoints: &[Endpoint]) -> String {
    let address = &app.address;
    let mut text = format!(
        "\n  Signboard demo: Harbour Pier 3\n\n  Admin    {address}/\n           sign in as {LOGIN} with the password {}\n           (made for this start; the next one prints another)\n\n  Screens  (open one in any browser; no click needed)\n",
        secrets.password
    );
    let state = app.core.state();
    let viewers = state.rows.viewers.iter().filter(|(_, viewer)| viewer.value.trashed_at.is_none()).enumerate().take(4);
    let screens: Vec<(String, &str)> = viewers
        .map(|(index, (_, viewer))| {
            let token = if index == 0 { secrets.token.clone() } else { format!("{}.{}", secrets.token, index + 1) };
            (token, viewer.value.name.as_str())
        })
        .collect();
    let list = |text: &mut String, address: &str| {
        for (token, name) in &screens {
            text.push_str(&format!("           {address}/viewer/?token={token}   {name}\n"));
        }
    };
    list(&mut text, address);
    for Elsewhere { admin, plain } in elsewhere(&ServerNames::of_machine(&app.config), endpoints) {
        text.push_str(&format!(
            "\n  From other machines\n           {admin}/   admin; {plain}/trust says how its certificate is trusted\n"
        ));
        list(&mut text, &plain);
    }
    text.push_str("\n  Stop with Ctrl C.\n");
    text
}

/// Where other machines find the demo, by one address of this one.
#[derive(Debug, PartialEq, Eq)]
struct Elsewhere {
    /// Where people sign in: encrypted, where that is possible.
    admin: String,
    /// Where screens need trust no certificate, where that is possible.
    plain: String,
}

/// One for each address of this machine that others can reach; none where it answers itself alone.
fn elsewhere(machine: &ServerNames, endpoints: &[Endpoint]) -> Vec<Elsewhere> {
    let port = |tls: bool| endpoints.iter().find(|one| one.tls == tls && !one.addr.ip().is_loopback()).map(|one| one.addr.port());
    let (http, https) = (port(false), port(true));
    let reachable = machine.addresses.iter().filter(|address| address.is_ipv4() && !address.is_loopback());
    let places = reachable.filter_map(|ip| {
        let plain = http.map(|port| format!("http://{ip}:{port}"));
        let secure = https.map(|port| format!("https://{ip}:{port}"));
        Some(Elsewhere { admin: secure.clone().or_else(|| plain.clone())?, plain: plain.or(secure)? })
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_told_addresses_that_they_can_reach() {
        let machine = |list: &[&str]| ServerNames {
            addresses: list.iter().map(|text| text.parse().unwrap()).collect(),
            ..ServerNames::default()
        };
        let at = |list: &[(&str, bool)]| -> Vec<Endpoint> {
            list.iter().map(|(addr, tls)| Endpoint { addr: addr.parse().unwrap(), tls: *tls }).collect()
        };
        let here = machine(&["127.0.0.1", "192.0.2.7", "fd00::7"]);
        let both = at(&[("0.0.0.0:8080", false), ("0.0.0.0:8443", true)]);
        let found = Elsewhere { admin: "https://192.0.2.7:8443".to_owned(), plain: "http://192.0.2.7:8080".to_owned() };
        assert_eq!(elsewhere(&here, &both), [found]);
        assert_eq!(elsewhere(&here, &at(&[("127.0.0.1:8080", false), ("127.0.0.1:8443", true)])), []);
        assert_eq!(elsewhere(&here, &at(&[("0.0.0.0:8443", true)]))[0].plain, "https://192.0.2.7:8443");
        assert_eq!(elsewhere(&machine(&["127.0.0.1"]), &both), []);
    }
}
