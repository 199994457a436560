//! Mail by SMTP.

use domain::notify::{MailAccount, MailSecurity};
use domain::state::State;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::Duration;

use super::notice::Notice;
use super::words;

/// How long the mail server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends one mail with all of the notices; what the mail server said, or what went wrong.
pub(super) async fn send(
    account: &MailAccount,
    state: &State,
    to: &str,
    notices: &[Notice],
    address: &str,
) -> Result<String, String> {
    if account.host.is_empty() {
        return Err("no mail account is set up: give the mail server first".to_owned());
    }
    let mail = compose(account, state, to, notices, address)?;
    let answer = transport(account)?.send(mail).await.map_err(|error| sentence(&error))?;
    let said: Vec<&str> = answer.message().collect();
    Ok(format!("{} {}", answer.code(), said.join(" ")).trim().to_owned())
}

/// The mail. Its id comes from the first notice, so that a repeated mail has the same one.
fn compose(account: &MailAccount, state: &State, to: &str, notices: &[Notice], address: &str) -> Result<Message, String> {
    let installation = state.rows.installation();
    let words = words::of(&installation.language);
    let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|_| format!("{text:?} is not a mail address"));
    let host = account.sender.rsplit_once('@').map_or("signboard.invalid", |(_, host)| host);
    let id = notices.first().map(|notice| format!("<{}@{host}>", notice.id));
    let lines: Vec<String> = notices.iter().map(|notice| words.dated(notice, &installation.zone)).collect();
    let text = format!("{}\r\n\r\n{}/alerts\r\n", lines.join("\r\n"), address.trim_end_matches('/'));
    Message::builder()
        .from(Mailbox::new(Some(format!("Signboard {}", installation.name)), mailbox(&account.sender)?.email))
        .to(mailbox(to)?)
        .subject(words.subject(notices))
        .message_id(id)
        .header(lettre::message::header::ContentType::TEXT_PLAIN)
        .body(text)
        .map_err(|error| format!("the mail cannot be written: {error}"))
}

fn transport(account: &MailAccount) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let tls = || {
        let mut parameters = TlsParameters::builder(account.host.clone());
        if !account.authority.trim().is_empty() {
            let authority = Certificate::from_pem(account.authority.as_bytes());
            parameters = parameters
                .add_root_certificate(authority.map_err(|error| format!("the authority is not a certificate: {error}"))?);
        }
        parameters.build_rustls().map_err(|error| sentence(&error))
    };
    let tls = match account.security {
        MailSecurity::Starttls => Tls::Required(tls()?),
        MailSecurity::Tls => Tls::Wrapper(tls()?),
        MailSecurity::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(account.host.clone())
        .port(account.effective_port())
        .timeout(Some(PATIENCE))
        .tls(tls);
    if !account.user.is_empty() {
        builder = builder.credentials(Credentials::new(account.user.clone(), account.password.clone().unwrap_or_default()));
    }
    Ok(builder.build())
}

/// The causes of a failure, the outermost first.
fn sentence(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let line = inner.to_string();
        if !text.contains(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        cause = inner.source();
    }
    text
}
