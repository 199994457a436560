//! What people read, in the installation's language.

use domain::alert::AlertKind;
use domain::cell::ZoneName;

use super::deliver::is_bad;
use super::notice::{Event, Notice};

/// The sentences of one language. `{name}` is the screen or the server.
pub(super) struct Words {
    /// What a test says.
    pub(super) test: &'static str,
    server: &'static str,
    named: &'static str,
    silent: &'static str,
    many: &'static str,
    cleared: &'static str,
    still: &'static str,
    kinds: [(AlertKind, &'static str); 8],
}

const ENGLISH: Words = Words {
    test: "This is a test: alerts will arrive here.",
    server: "The server",
    named: "The server {server}",
    silent: "Nobody knows how {name} is: its server {server} is silent",
    many: "{count} messages about alerts",
    cleared: "Over: {line}",
    still: "Still: {line}",
    kinds: [
        (AlertKind::Offline, "{name} is not connected"),
        (AlertKind::Black, "{name} is black"),
        (AlertKind::Frozen, "{name} stands still"),
        (AlertKind::Content, "{name} cannot complete what it should play"),
        (AlertKind::Disk, "{name} has hardly any room left on its disk"),
        (AlertKind::Clock, "{name} has a clock that is off"),
        (AlertKind::Certificate, "{name} has a certificate that ends soon"),
        (AlertKind::Spoilt, "{name} has files that were spoilt on its disk"),
    ],
};

const GERMAN: Words = Words {
    test: "Dies ist ein Test: Hier werden Warnungen ankommen.",
    server: "Der Server",
    named: "Der Server {server}",
    silent: "Wie es {name} geht, weiß niemand: Der Server {server} schweigt",
    many: "{count} Meldungen zu Warnungen",
    cleared: "Vorbei: {line}",
    still: "Weiterhin: {line}",
    kinds: [
        (AlertKind::Offline, "{name} ist nicht verbunden"),
        (AlertKind::Black, "{name} ist schwarz"),
        (AlertKind::Frozen, "{name} steht still"),
        (AlertKind::Content, "{name} bekommt nicht alles, was laufen soll"),
        (AlertKind::Disk, "{name} hat kaum noch Platz auf der Platte"),
        (AlertKind::Clock, "{name} hat eine falsch gehende Uhr"),
        (AlertKind::Certificate, "{name} hat ein Zertifikat, das bald endet"),
        (AlertKind::Spoilt, "{name} hat Dateien, die auf der Platte verdorben sind"),
    ],
};

const DUTCH: Words = Words {
    test: "Dit is een test: hier komen waarschuwingen binnen.",
    server: "De server",
    named: "De server {server}",
    silent: "Niemand weet hoe het met {name} is: de server {server} zwijgt",
    many: "{count} berichten over waarschuwingen",
    cleared: "Voorbij: {line}",
    still: "Nog steeds: {line}",
    kinds: [
        (AlertKind::Offline, "{name} is niet verbonden"),
        (AlertKind::Black, "{name} is zwart"),
        (AlertKind::Frozen, "{name} staat stil"),
        (AlertKind::Content, "{name} krijgt niet alles wat er moet spelen"),
        (AlertKind::Disk, "{name} heeft bijna geen ruimte meer op de schijf"),
        (AlertKind::Clock, "{name} heeft een klok die niet gelijk loopt"),
        (AlertKind::Certificate, "{name} heeft een certificaat dat binnenkort afloopt"),
        (AlertKind::Spoilt, "{name} heeft bestanden die op de schijf bedorven zijn"),
    ],
};

/// The words of a language, a BCP 47 tag; English where there are none.
pub(super) fn of(language: &str) -> &'static Words {
    match language.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "de" => &GERMAN,
        "nl" => &DUTCH,
        _ => &ENGLISH,
    }
}

impl Words {
    /// A notice as one sentence.
    pub(super) fn line(&self, notice: &Notice) -> String {
        let Some(alert) = &notice.alert else { return notice.text.clone() };
        let server = alert.server.as_ref().map(|server| server.name.as_str());
        let sentence = self.kinds.iter().find(|(kind, _)| *kind == alert.kind).map_or("", |(_, sentence)| *sentence);
        let line = match (&alert.viewer, server) {
            (Some(viewer), Some(server)) => self.silent.replace("{server}", server).replace("{name}", &viewer.name),
            (Some(viewer), None) => sentence.replace("{name}", &viewer.name),
            (None, Some(server)) => sentence.replace("{name}", &self.named.replace("{server}", server)),
            (None, None) => sentence.replace("{name}", self.server),
        };
        match notice.event {
            Event::Cleared => self.cleared.replace("{line}", &line),
            Event::Reminder => self.still.replace("{line}", &line),
            Event::Raised | Event::Test => line,
        }
    }

    /// The same with its time on the installation's clock.
    pub(super) fn dated(&self, notice: &Notice, zone: &ZoneName) -> String {
        let alert = notice.alert.as_ref();
        let at =
            alert.map_or(notice.at, |alert| if is_bad(notice.event) { alert.since } else { alert.cleared.unwrap_or(notice.at) });
        let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone.rules());
        format!("{}  {}", at.strftime("%Y-%m-%d %H:%M %Z"), self.line(notice))
    }

    /// The subject of a mail.
    pub(super) fn subject(&self, notices: &[Notice]) -> String {
        match notices {
            [one] => format!("Signboard: {}", self.line(one)),
            many => format!("Signboard: {}", self.many.replace("{count}", &many.len().to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_kind() {
        for language in ["en", "de-AT", "NL", "fr"] {
            let words = of(language);
            for kind in AlertKind::ALL {
                assert_eq!(words.kinds.iter().filter(|(known, _)| *known == kind).count(), 1, "{language} {kind:?}");
            }
            assert!(words.kinds.iter().all(|(_, sentence)| sentence.contains("{name}")));
        }
        assert_eq!(of("de-AT").server, "Der Server");
        assert_eq!(of("fr").server, "The server");
    }

    #[test]
    fn a_server_is_named_and_so_is_the_silent_one_of_a_screen() {
        use crate::notify::notice::{NoticeAlert, NoticeViewer};
        use domain::id::{RecipientId, ServerId, ViewerId};
        let line = |viewer: Option<&str>, server: Option<&str>| {
            let viewer = viewer.map(|name| NoticeViewer { id: ViewerId::default(), name: name.into() });
            let server = server.map(|name| api::alert::NamedServer { id: ServerId::default(), name: name.into() });
            let (id, numbers) = (uuid::Uuid::nil(), serde_json::Value::Null);
            let kind = AlertKind::Offline;
            let alert = NoticeAlert { id, kind, viewer, server, since: 0, raised: 0, cleared: None, numbers };
            let notice = Notice::test(RecipientId::default(), "", 0);
            of("en").line(&Notice { event: Event::Raised, alert: Some(alert), ..notice })
        };
        assert_eq!(line(Some("Gate"), None), "Gate is not connected");
        assert_eq!(line(Some("Gate"), Some("Pier")), "Nobody knows how Gate is: its server Pier is silent");
        assert_eq!(line(None, Some("Pier")), "The server Pier is not connected");
        assert_eq!(line(None, None), "The server is not connected");
    }
}
