//! What watches over viewers: rules for alerts, on-hours, recipients, the mail account, limits for downloads.

use uuid::Uuid;

use super::{Noun, check_name, schedule, taken};
use crate::alert::{ALERT_RULES, AlertRules, OnHours};
use crate::content::Destination;
use crate::download::DownloadRule;
use crate::notify::{Address, MAIL_ACCOUNT, MailAccount, MailSecurity, Recipient};
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;

pub(super) fn within(field: &str, value: u32, least: u32, most: u32, unit: &str) -> Result<(), Refusal> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::invalid(field, format!("{value} is out of range: give {least} to {most} {unit}")))
    }
}

pub(super) fn object_of(destination: Option<Destination>) -> Object {
    match destination {
        Some(Destination::Group(group)) => Object::Group(group),
        Some(Destination::Viewer(viewer)) => Object::Viewer(viewer),
        Some(Destination::All) | None => Object::AllViewers,
    }
}

impl Noun for AlertRules {
    const EDITABLE: &'static [&'static str] = &["offline", "black", "frozen", "content", "disk", "clock", "certificate", "pace"];

    fn table(state: &State) -> &Table<Self> {
        &state.alert_rules
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, _: &State, id: Uuid) -> Result<(), Refusal> {
        if id != ALERT_RULES {
            return Err(Refusal::not_found("alert_rules", id));
        }
        within("offline.minutes", self.offline.minutes, 0, 1_440, "minutes")?;
        within("black.minutes", self.black.minutes, 0, 1_440, "minutes")?;
        within("frozen.minutes", self.frozen.minutes, 0, 1_440, "minutes")?;
        within("content.minutes", self.content.minutes, 0, 1_440, "minutes")?;
        within("disk.percent", self.disk.percent, 1, 50, "per cent")?;
        within("clock.ms", self.clock.ms, 10, 3_600_000, "milliseconds")?;
        within("certificate.days", self.certificate.days, 1, 60, "days")?;
        within("pace.gather_s", self.pace.gather_s, 0, 3_600, "seconds")?;
        within("pace.quiet_minutes", self.pace.quiet_minutes, 0, 1_440, "minutes")?;
        within("pace.repeat_hours", self.pace.repeat_hours, 0, 720, "hours; 0 never repeats")
    }
}

impl Noun for OnHours {
    const EDITABLE: &'static [&'static str] = &["destination", "when"];

    fn table(state: &State) -> &Table<Self> {
        &state.on_hours
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        object_of(self.destination)
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        schedule::check_destination(state, self.destination)?;
        schedule::check_when(&self.when)
    }
}

impl Noun for DownloadRule {
    const EDITABLE: &'static [&'static str] = &["destination", "bytes_per_second", "at_once", "hours", "all_bytes_per_second"];

    fn table(state: &State) -> &Table<Self> {
        &state.download_rules
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        object_of(self.destination)
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        schedule::check_destination(state, self.destination)?;
        if taken(state, id, |other: &Self| other.destination == self.destination) {
            return Err(Refusal::invalid("destination", "there is a rule for this already: change that one"));
        }
        if self.all_bytes_per_second.is_some() && self.destination != Some(Destination::All) {
            let text = "only the rule for all screens limits the server: leave it out here";
            return Err(Refusal::invalid("all_bytes_per_second", text));
        }
        let slow = |rate: Option<u64>| rate.is_some_and(|rate| (1..10_000).contains(&rate) || rate > 1 << 40);
        for (field, rate) in [("bytes_per_second", self.bytes_per_second), ("all_bytes_per_second", self.all_bytes_per_second)] {
            if slow(rate) {
                let text = "give 10,000 to 1,099,511,627,776 bytes per second, or 0 for no limit";
                return Err(Refusal::invalid(field, text));
            }
        }
        within("at_once", self.at_once.unwrap_or(0), 0, 100, "files; 0 is no limit")
    }
}

impl Noun for MailAccount {
    const EDITABLE: &'static [&'static str] = &["host", "port", "security", "authority", "user", "password", "sender"];

    fn table(state: &State) -> &Table<Self> {
        &state.mail_accounts
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, _: &State, id: Uuid) -> Result<(), Refusal> {
        if id != MAIL_ACCOUNT {
            return Err(Refusal::not_found("mail_account", id));
        }
        if self.host.is_empty() {
            return Ok(());
        }
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@');
        if self.host.len() > 253 || self.host.contains(odd) {
            let text = format!("{:?} is not a host: give a name such as mail.example.org", self.host);
            return Err(Refusal::invalid("host", text));
        }
        if self.port == Some(0) {
            return Err(Refusal::invalid("port", "port 0 is not possible: give 1 to 65535"));
        }
        let loopback = self.host == "localhost" || self.host.parse().is_ok_and(|ip: core::net::IpAddr| ip.is_loopback());
        if self.security == MailSecurity::None && !loopback {
            let text =
                "without protection only a mail server on this machine can be used: give localhost, or choose STARTTLS or TLS";
            return Err(Refusal::invalid("security", text));
        }
        if self.authority.len() > 65_536 {
            return Err(Refusal::invalid("authority", "a certificate has at most 64 KiB: give only that of the authority"));
        }
        if !is_mail_address(&self.sender) {
            let text = format!("{:?} is not a mail address: give one such as signs@example.org", self.sender);
            return Err(Refusal::invalid("sender", text));
        }
        Ok(())
    }
}

impl Noun for Recipient {
    const EDITABLE: &'static [&'static str] = &["name", "address", "paused", "kinds", "destination", "key"];

    fn table(state: &State) -> &Table<Self> {
        &state.recipients
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        match &self.address {
            None => return Err(Refusal::invalid("address", "give a mail address or a web address")),
            Some(Address::Mail(address)) if !is_mail_address(address) => {
                let text = format!("{address:?} is not a mail address: give one such as desk@example.org");
                return Err(Refusal::invalid("address.mail", text));
            }
            Some(Address::Webhook(address)) if !is_web_address(address) => {
                let text = "give a web address such as https://desk.example.org/signboard, without user name and password";
                return Err(Refusal::invalid("address.webhook", text));
            }
            Some(Address::Webhook(_)) if self.key.as_ref().is_none_or(|key| key.len() < 16 || key.len() > 200) => {
                let text = "requests are signed: give a key of 16 to 200 characters that the receiver knows too";
                return Err(Refusal::invalid("key", text));
            }
            Some(Address::Mail(_) | Address::Webhook(_)) => {}
        }
        match self.destination {
            None => Ok(()),
            given => schedule::check_destination(state, given),
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Enough to keep line breaks and lists of addresses out of a mail; the mail server judges the rest.
fn is_mail_address(address: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')');
    let (local, host) = address.rsplit_once('@').unwrap_or_default();
    !local.is_empty() && !host.is_empty() && address.len() <= 254 && !address.contains(odd) && !local.contains('@')
}

fn is_web_address(address: &str) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control();
    !host.is_empty() && !host.contains('@') && address.len() <= 2_000 && !address.contains(odd)
}
