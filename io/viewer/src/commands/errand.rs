//! A command as this viewer understands it.

use control::order::OrderKind;
use control::v1;
use lan::wake::{MagicPacket, Password};

use super::Power;

/// Lines of the log where none are named.
const LINES: usize = 500;
/// How long a name stands where no time is named, in seconds.
const SECONDS: u32 = 10;
/// How long magic packets are listened for where no time is named, in seconds.
const HEARING: u32 = 30;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Pack the black box and send it.
    BlackBox,
    /// Send so many lines of the log.
    FetchLogs(usize),
    /// Throw identity and cache away.
    Forget,
    /// Listen for magic packets for so many seconds.
    HearWake(u32),
    /// Show the name for so many seconds.
    Identify(u32),
    /// Switch the machine.
    Power(Power),
    /// Load anew what is shown.
    Refresh,
    /// Start the program again.
    Restart,
    /// Send a picture.
    Screenshot,
    /// Change a setting: key and value.
    SetSetting(String, String),
    /// Send a magic packet.
    Wake(MagicPacket),
}

impl Errand {
    /// Whether a file comes of it, and nothing else.
    #[must_use]
    pub fn brings_file(&self) -> bool {
        matches!(self, Self::BlackBox | Self::FetchLogs(_) | Self::Screenshot)
    }
}

/// Why a command is not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code.
    pub code: &'static str,
    /// A sentence.
    pub text: String,
}

/// Understands a command at `now`, Unix milliseconds. `allow` is what the machine's own settings allow.
///
/// # Errors
/// Too late, unknown, not allowed, or with arguments that make no sense.
pub fn errand(command: &v1::Command, allow: &[String], now: i64) -> Result<Errand, Refusal> {
    if command.expires != 0 && now > command.expires {
        return Err(Refusal { code: "expired", text: "The command came too late.".to_owned() });
    }
    let Some(kind) = OrderKind::of(&command.kind) else {
        let text = format!("This viewer does not know the command `{}`; update it.", command.kind);
        return Err(Refusal { code: "not_supported", text });
    };
    let allowed = |errand: Errand| {
        if allow.iter().any(|name| name == kind.name()) {
            return Ok(errand);
        }
        let text = format!("The viewer's own settings do not allow it; add \"{}\" to commands.allow there.", kind.name());
        Err(Refusal { code: "not_allowed", text })
    };
    let argument = |name: &str| command.arguments.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let needed = |name: &str| {
        argument(name).ok_or_else(|| Refusal { code: "arguments", text: format!("The argument `{name}` is missing.") })
    };
    Ok(match kind {
        OrderKind::BlackBox => Errand::BlackBox,
        OrderKind::FetchLogs => Errand::FetchLogs(argument("lines").and_then(|lines| lines.parse().ok()).unwrap_or(LINES)),
        OrderKind::Forget => Errand::Forget,
        OrderKind::HearWake => Errand::HearWake(if command.seconds == 0 { HEARING } else { command.seconds.min(300) }),
        OrderKind::Identify => Errand::Identify(if command.seconds == 0 { SECONDS } else { command.seconds.min(3_600) }),
        OrderKind::Reboot => allowed(Errand::Power(Power::Reboot))?,
        OrderKind::Refresh => Errand::Refresh,
        OrderKind::Restart => Errand::Restart,
        OrderKind::Screenshot => Errand::Screenshot,
        OrderKind::SetSetting => {
            let errand =
                Errand::SetSetting(needed("key")?.to_owned(), command.arguments.get("value").cloned().unwrap_or_default());
            allowed(errand)?
        }
        OrderKind::ShutDown => allowed(Errand::Power(Power::Off))?,
        OrderKind::Wake => Errand::Wake(packet(needed("mac")?, argument("secure_on"))?),
    })
}

fn packet(mac: &str, secure_on: Option<&str>) -> Result<MagicPacket, Refusal> {
    let wrong = |text: String| Refusal { code: "arguments", text };
    let mac: domain::card::Mac = mac.parse().map_err(|error: domain::card::MacError| wrong(error.to_string()))?;
    let password = secure_on.map(|text| {
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        let bytes = hex::decode(digits).map_err(|error| wrong(error.to_string()))?;
        Password::from_bytes(&bytes).map_err(|error| wrong(error.to_string()))
    });
    Ok(MagicPacket { target: mac.0, password: password.transpose()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(kind: &str, arguments: &[(&str, &str)]) -> v1::Command {
        let arguments = arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        v1::Command { kind: kind.to_owned(), arguments, ..v1::Command::default() }
    }

    fn code(command: &v1::Command, allow: &[&str]) -> &'static str {
        let allow: Vec<String> = allow.iter().map(|name| (*name).to_owned()).collect();
        errand(command, &allow, 1_000).map_or_else(|refusal| refusal.code, |_| "")
    }

    #[test]
    fn what_concerns_the_machine_needs_its_own_permission() {
        for kind in ["reboot", "shut_down", "set_setting"] {
            let command = command(kind, &[("key", "display.volume"), ("value", "40")]);
            assert_eq!(code(&command, &[]), "not_allowed", "{kind}");
            assert_eq!(code(&command, &[kind]), "", "{kind}");
        }
        for kind in ["black_box", "fetch_logs", "forget", "hear_wake", "identify", "refresh", "restart", "screenshot"] {
            assert_eq!(code(&command(kind, &[]), &[]), "", "{kind}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(code(&command("sing", &[]), &["sing"]), "not_supported");
        assert_eq!(code(&v1::Command { expires: 999, ..command("identify", &[]) }, &[]), "expired");
        assert_eq!(code(&v1::Command { expires: 1_000, ..command("identify", &[]) }, &[]), "");
        assert_eq!(code(&command("wake", &[]), &[]), "arguments");
        assert_eq!(code(&command("wake", &[("mac", "00:11:22")]), &[]), "arguments");
        assert_eq!(code(&command("wake", &[("mac", "00:11:22:aa:bb:cc"), ("secure_on", "01")]), &[]), "arguments");
        let wake = errand(&command("wake", &[("mac", "00:11:22:aa:bb:cc"), ("secure_on", "01:02:03:04")]), &[], 0);
        assert_eq!(
            wake,
            Ok(Errand::Wake(MagicPacket {
                target: [0, 0x11, 0x22, 0xaa, 0xbb, 0xcc],
                password: Some(Password::Four([1, 2, 3, 4]))
            }))
        );
    }
}
