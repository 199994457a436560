//! Which documents may stand, and which are refused by the name of the member at fault.

use domain::alert::{ALERT_RULES, AlertKind, AlertRules};
use domain::download::DownloadRule;
use domain::notify::{MAIL_ACCOUNT, MailAccount, Recipient};
use domain::noun::{Noun, set_members};
use domain::refusal::Refusal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{LONE, OUTER, PIER, put, state};

/// The member at fault; empty if it may stand.
pub(crate) fn fault<T: Noun>(id: Uuid, members: &Value) -> String {
    let checked = set_members(&T::default(), members.as_object().unwrap()).and_then(|document| document.check(&state(), id));
    match checked {
        Ok(()) => String::new(),
        Err(Refusal::Invalid { field, .. }) => field,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_mail_account_is_protected_unless_the_server_is_this_machine() {
    let sender = "signs@example.org";
    for (members, at) in [
        (json!({}), ""),
        (json!({"host": "mail.example.org", "sender": sender}), ""),
        (json!({"host": "127.0.0.1", "sender": sender, "security": "none", "port": 2525}), ""),
        (json!({"host": "::1", "sender": sender, "security": "none"}), ""),
        (json!({"host": "mail.example.org", "sender": sender, "security": "none"}), "security"),
        (json!({"host": "localhost.example.org", "sender": sender, "security": "none"}), "security"),
        (json!({"host": "mail example", "sender": sender}), "host"),
        (json!({"host": "mail.example.org", "sender": sender, "port": 0}), "port"),
        (json!({"host": "mail.example.org", "sender": "signs@example.org\r\nBcc: all"}), "sender"),
        (json!({"host": "mail.example.org"}), "sender"),
    ] {
        assert_eq!(fault::<MailAccount>(MAIL_ACCOUNT, &members), at, "{members}");
    }
}

#[test]
fn a_recipient_has_one_address_and_requests_have_a_key() {
    let hook = |address: &str| json!({"name": "Desk", "address": {"webhook": address}, "key": "0123456789abcdef"});
    for (members, at) in [
        (json!({"name": "Desk", "address": {"mail": "desk@example.org"}}), ""),
        (hook("https://desk.example.org/hook?a=b"), ""),
        (hook("http://10.0.0.7:8080"), ""),
        (hook("ftp://desk.example.org"), "address.webhook"),
        (hook("https://user:word@desk.example.org/"), "address.webhook"),
        (hook("https://"), "address.webhook"),
        (json!({"name": "Desk", "address": {"webhook": "https://desk.example.org"}, "key": "short"}), "key"),
        (json!({"name": "Desk", "address": {"webhook": "https://desk.example.org"}}), "key"),
        (json!({"name": "Desk", "address": {"mail": "a@example.org, b@example.org"}}), "address.mail"),
        (json!({"name": "Desk", "address": {"mail": "desk@"}}), "address.mail"),
        (json!({"name": "Desk"}), "address"),
        (json!({"name": " ", "address": {"mail": "desk@example.org"}}), "name"),
        (
            json!({"name": "Desk", "address": {"mail": "d@example.org"}, "destination": {"viewer": Uuid::from_u128(99)}}),
            "destination.viewer",
        ),
    ] {
        assert_eq!(fault::<Recipient>(Uuid::from_u128(50), &members), at, "{members}");
    }
}

#[test]
fn rules_stay_within_their_ranges_and_limits_stand_once_per_destination() {
    for (members, at) in [
        (json!({"offline": {"minutes": 0}}), ""),
        (json!({"offline": {"minutes": 1_441}}), "offline.minutes"),
        (json!({"disk": {"percent": 51}}), "disk.percent"),
        (json!({"pace": {"gather_s": 3_601}}), "pace.gather_s"),
    ] {
        assert_eq!(fault::<AlertRules>(ALERT_RULES, &members), at, "{members}");
    }
    for (members, at) in [
        (json!({"destination": "all", "bytes_per_second": 10_000, "all_bytes_per_second": 0}), ""),
        (json!({"destination": "all", "bytes_per_second": 9_999}), "bytes_per_second"),
        (json!({"destination": {"viewer": PIER}, "all_bytes_per_second": 10_000}), "all_bytes_per_second"),
        (json!({"destination": "all", "at_once": 101}), "at_once"),
        (json!({"bytes_per_second": 10_000}), "destination"),
    ] {
        assert_eq!(fault::<DownloadRule>(Uuid::from_u128(50), &members), at, "{members}");
    }
    let mut state = state();
    put(&mut state, "download_rule", 10, &json!({"destination": "all"}));
    let again = DownloadRule { destination: Some(domain::content::Destination::All), ..DownloadRule::default() };
    assert!(again.check(&state, Uuid::from_u128(11)).is_err());
    assert!(again.check(&state, Uuid::from_u128(10)).is_ok(), "itself is no obstacle");
}

#[test]
fn a_recipient_hears_of_what_it_wants() {
    let state = state();
    let recipient = |members: Value| set_members(&Recipient::default(), members.as_object().unwrap()).unwrap();
    let wants = |recipient: &Recipient, viewer| recipient.wants(&state, AlertKind::Disk, viewer);
    let everything = recipient(json!({}));
    assert!(wants(&everything, Some(PIER)) && wants(&everything, None));
    assert!(!wants(&recipient(json!({"paused": true})), Some(PIER)));
    assert!(!wants(&recipient(json!({"kinds": ["offline"]})), Some(PIER)));
    let group = recipient(json!({"kinds": ["disk"], "destination": {"group": Uuid::from_u128(OUTER)}}));
    assert!(wants(&group, Some(PIER)) && !wants(&group, Some(LONE)) && !wants(&group, None));
    let lone = recipient(json!({"destination": {"viewer": LONE}}));
    assert!(wants(&lone, Some(LONE)) && !wants(&lone, Some(PIER)));
}
