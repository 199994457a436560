//! Whether the calls that are to wake a screen arrive at it, asked of one that is awake (`docs/protocols/wake.md` section 4).

use std::time::Duration;

use control::hearing::{CardFlag, CardHeard, Hearing};
use control::order::{Order, OrderKind, Report};
use domain::card::Mac;
use domain::ports::{WAKE_DISCARD, WAKE_ECHO};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::waking::{CALLER_PATIENCE, Plan};
use crate::app::App;
use crate::now::{new_id, now_ms};

/// How long a screen may take to say that it listens.
const READY: Duration = Duration::from_secs(10);
/// How long packets may take, and the screen to tell of them.
const ARRIVING: Duration = Duration::from_secs(20);

impl Plan {
    /// Whether the screen is awake with a program that hears magic packets.
    pub(crate) fn can_listen(&self, app: &App) -> bool {
        app.hub.is_online(self.viewer) && app.live.status(self.viewer).machine.is_some()
    }

    /// Lets the screen listen, calls it, and says what arrived. Whether it would wake, as far as anybody can tell.
    pub(super) async fn hear(&self, app: &App) -> (bool, String) {
        let name = &self.name;
        let id = new_id();
        let mut reports = app.hub.reports(id);
        let seconds = u32::try_from((READY + CALLER_PATIENCE + ARRIVING).as_secs()).ok();
        let expires = now_ms() + i64::try_from(READY.as_millis()).unwrap_or(0);
        let order = Order { id, kind: OrderKind::HearWake, seconds, arguments: [].into(), expires: Some(expires) };
        if !app.hub.order(self.viewer, order) {
            return (false, format!("{name} is awake, and could not be asked to listen: try again."));
        }
        let mut heard = match timeout(READY, next(&mut reports)).await {
            Ok(Ok(hearing)) => hearing,
            Ok(Err(text)) => return (false, format!("{name} is awake, and cannot listen: {text}")),
            Err(_) => return (false, format!("{name} did not say within {} s whether it listens: try again.", READY.as_secs())),
        };
        let tried = self.send(app).await;
        let end = Instant::now() + ARRIVING;
        while tried.is_sent && !is_whole(&self.macs(), &heard) {
            let Ok(Ok(more)) = timeout_at(end, next(&mut reports)).await else { break };
            heard = more;
        }
        let mut lines: Vec<String> = tried.words.iter().map(|words| format!("  {words}")).collect();
        let (is_well, verdict) = verdict(name, &self.macs(), &heard);
        lines.extend(verdict);
        (is_well, lines.join("\n"))
    }
}

/// What the screen hears next.
///
/// # Errors
/// A sentence, where it does not listen any more.
async fn next(reports: &mut mpsc::Receiver<Report>) -> Result<Hearing, String> {
    loop {
        match reports.recv().await {
            Some(Report::Hearing(hearing)) => return Ok(hearing),
            Some(Report::Failed { text, .. }) => return Err(text),
            Some(Report::Done { .. }) | None => return Err("it has stopped listening.".to_owned()),
            Some(Report::Attachment(_) | Report::Running { .. } | Report::Started) => {}
        }
    }
}

fn card_of(mac: Mac, hearing: &Hearing) -> Option<&CardHeard> {
    hearing.cards.iter().find(|card| card.mac.parse() == Ok(mac))
}

/// Whether nothing more can come.
fn is_whole(macs: &[Mac], hearing: &Hearing) -> bool {
    let mut cards = macs.iter().filter_map(|mac| card_of(*mac, hearing));
    cards.all(|card| hearing.listening.iter().all(|port| card.heard.contains(port)))
}

/// What arrived for each card that was called, with what to do. Whether every card was reached and wakes its machine.
fn verdict(name: &str, macs: &[Mac], hearing: &Hearing) -> (bool, Vec<String>) {
    let (mut is_well, mut lines, mut is_lost) = (true, Vec::new(), false);
    for mac in macs {
        let Some(card) = card_of(*mac, hearing) else {
            is_well = false;
            let there: Vec<String> = hearing.cards.iter().map(|card| format!("{} ({})", card.mac, card.interface)).collect();
            lines.push(format!("{name} is awake: none of its network cards has the address {mac}."));
            lines.push(format!("  -> correct the address; its cards are {}", there.join(", ")));
            continue;
        };
        let port = |port: u16| match (card.heard.contains(&port), hearing.listening.contains(&port)) {
            (true, _) => format!("{port} arrived"),
            (false, true) => format!("{port} did not arrive"),
            (false, false) => format!("{port} was not listened to"),
        };
        let (flag, remedy) = match card.flag {
            CardFlag::On => ("card wakes on magic packet", String::new()),
            CardFlag::Off => {
                let set = format!("sudo ethtool -s {} wol g", card.interface);
                ("card does not wake on magic packet", format!("let it: `{set}` on that machine, at each of its starts"))
            }
            CardFlag::Unsupported => (
                "card cannot wake on magic packet",
                "look for Wake-on-LAN in the machine's firmware settings, or use another card".to_owned(),
            ),
            CardFlag::Unknown => (
                "card does not say whether it wakes on magic packet",
                format!("ask `sudo ethtool {}` on that machine", card.interface),
            ),
        };
        let [echo, discard] = [WAKE_ECHO, WAKE_DISCARD].map(port);
        lines.push(format!("{name} is awake: {echo}, {discard}, {flag} ({mac}, {}).", card.interface));
        if !remedy.is_empty() {
            lines.push(format!("  -> {remedy}"));
        }
        is_lost |= hearing.listening.iter().any(|port| !card.heard.contains(port));
        is_well &= card.flag == CardFlag::On && !card.heard.is_empty();
    }
    if is_lost {
        lines.push("  -> let UDP 7 and 9 pass: `signboard firewall --role viewer` prints the rules".to_owned());
    }
    lines.extend(hearing.refused.iter().map(|refused| format!("  not listened to: {refused}")));
    (is_well, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(last: u8) -> Mac {
        Mac([0, 0x11, 0x22, 0xaa, 0xbb, last])
    }

    fn hearing(heard: &[u16], flag: CardFlag) -> Hearing {
        let card = CardHeard { mac: mac(1).to_string(), interface: "eth0".to_owned(), flag, heard: heard.to_vec() };
        Hearing { listening: vec![7, 9], refused: Vec::new(), cards: vec![card] }
    }

    #[test]
    fn what_arrived_and_what_the_card_does_stand_in_one_sentence() {
        let (is_well, lines) = verdict("Pier", &[mac(1)], &hearing(&[7, 9], CardFlag::On));
        let expected = "Pier is awake: 7 arrived, 9 arrived, card wakes on magic packet (00:11:22:aa:bb:01, eth0).";
        assert!(is_well && lines == [expected], "{lines:?}");

        let (is_well, lines) = verdict("Pier", &[mac(1)], &hearing(&[9], CardFlag::On));
        assert!(is_well && lines[0].contains("7 did not arrive, 9 arrived, card wakes"), "one port is enough: {lines:?}");
        assert!(lines[1].contains("signboard firewall --role viewer"), "{lines:?}");

        for (flag, text, remedy) in [
            (CardFlag::Off, "card does not wake on magic packet", "sudo ethtool -s eth0 wol g"),
            (CardFlag::Unsupported, "card cannot wake on magic packet", "firmware"),
            (CardFlag::Unknown, "card does not say", "sudo ethtool eth0"),
        ] {
            let (is_well, lines) = verdict("Pier", &[mac(1)], &hearing(&[7, 9], flag));
            assert!(!is_well && lines[0].contains(text) && lines[1].contains(remedy), "{lines:?}");
        }
        assert!(!verdict("Pier", &[mac(1)], &hearing(&[], CardFlag::On)).0, "a card that nothing reaches sleeps on");
    }

    #[test]
    fn a_wrong_address_and_a_port_that_is_taken_are_named() {
        let (is_well, lines) = verdict("Pier", &[mac(1), mac(2)], &hearing(&[7, 9], CardFlag::On));
        assert!(!is_well && lines[1].contains("none of its network cards has the address 00:11:22:aa:bb:02"), "{lines:?}");
        assert!(lines[2].contains("its cards are 00:11:22:aa:bb:01 (eth0)"), "{lines:?}");

        let taken = Hearing {
            listening: vec![9],
            refused: vec!["UDP 7 of 0.0.0.0: permission denied".to_owned()],
            ..hearing(&[9], CardFlag::On)
        };
        let (is_well, lines) = verdict("Pier", &[mac(1)], &taken);
        assert!(is_well && lines[0].contains("7 was not listened to, 9 arrived"), "{lines:?}");
        assert_eq!(lines[1..], ["  not listened to: UDP 7 of 0.0.0.0: permission denied"]);
    }

    #[test]
    fn it_is_over_when_every_called_card_was_reached_on_every_port_that_is_listened_to() {
        assert!(!is_whole(&[mac(1)], &hearing(&[9], CardFlag::On)));
        assert!(is_whole(&[mac(1)], &hearing(&[7, 9], CardFlag::On)));
        assert!(is_whole(&[mac(2)], &hearing(&[], CardFlag::On)), "nothing will come for a card that is not there");
        assert!(is_whole(&[mac(1)], &Hearing { listening: vec![9], ..hearing(&[9], CardFlag::On) }));
    }
}
