//! What the boot page tells of tries and refusals, in the installation's language. Logs, `status` and `doctor` stay English.

use crate::screen::BootFacts;

/// A sentence in English, German and Dutch; `{}` stands for what differs.
type Phrase = [&'static str; 3];

/// Everything that a person in front of a screen may have to act on. Sentences of others, such as of the system, stay as they are.
const PHRASES: &[Phrase] = &[
    [
        "{} does not answer ({}); see to the server, to its address, and to the firewalls between",
        "{} antwortet nicht ({}); Server, Adresse und die Firewalls dazwischen prüfen",
        "{} antwoordt niet ({}); controleer de server, het adres en de firewalls ertussen",
    ],
    [
        "no answer within {} s; see to the server, to its address, and to the firewalls between",
        "keine Antwort in {} s; Server, Adresse und die Firewalls dazwischen prüfen",
        "geen antwoord binnen {} s; controleer de server, het adres en de firewalls ertussen",
    ],
    [
        "`{}` is not known as the name of a host ({}); give the server's address, or see to its name",
        "„{}“ ist als Name eines Rechners nicht bekannt ({}); die Adresse des Servers angeben oder den Namen prüfen",
        "‘{}’ is niet bekend als naam van een computer ({}); geef het adres van de server of controleer de naam",
    ],
    [
        "the web server there gives no tunnel (status {}); see to the address, and to WebSockets in a proxy before the server",
        "der Webserver dort bietet keinen Tunnel (Status {}); die Adresse prüfen, und WebSockets im Proxy vor dem Server",
        "de webserver daar biedt geen tunnel (status {}); controleer het adres, en WebSockets in een proxy voor de server",
    ],
    [
        "no TLS with the control port ({}); another program may answer there",
        "kein TLS mit dem Steuerport ({}); vielleicht antwortet dort ein anderes Programm",
        "geen TLS met de besturingspoort ({}); misschien antwoordt daar een ander programma",
    ],
    [
        "no TLS on the web port ({}); see to address and port, and to a proxy before the server",
        "kein TLS am Webport ({}); Adresse und Port prüfen, und einen Proxy vor dem Server",
        "geen TLS op de webpoort ({}); controleer adres en poort, en een proxy voor de server",
    ],
    [
        "the server's certificate has expired; see to the server's clock, and to this computer's",
        "das Zertifikat des Servers ist abgelaufen; die Uhr des Servers und die dieses Rechners prüfen",
        "het certificaat van de server is verlopen; controleer de klok van de server en die van deze computer",
    ],
    [
        "the server's certificate is not valid yet; see to this computer's clock, and to the server's",
        "das Zertifikat des Servers gilt noch nicht; die Uhr dieses Rechners und die des Servers prüfen",
        "het certificaat van de server is nog niet geldig; controleer de klok van deze computer en die van de server",
    ],
    [
        "the server belongs to another installation ({}); give the address of a server of this one, or remove this viewer's identity",
        "der Server gehört zu einer anderen Installation ({}); einen Server dieser angeben oder die Identität dieses Bildschirms entfernen",
        "de server hoort bij een andere installatie ({}); geef een server van deze op of verwijder de identiteit van dit scherm",
    ],
    [
        "the server's certificate comes from an unknown authority: it is another installation, or its data were lost; give the right address, or enrol again",
        "das Zertifikat des Servers kommt von einer unbekannten Stelle: eine andere Installation, oder ihre Daten gingen verloren; die richtige Adresse angeben oder neu anmelden",
        "het certificaat van de server komt van een onbekende instantie: een andere installatie, of haar gegevens gingen verloren; geef het juiste adres of meld opnieuw aan",
    ],
    [
        "what answers is not a Signboard server; see to address and port",
        "was antwortet, ist kein Signboard-Server; Adresse und Port prüfen",
        "wat antwoordt is geen Signboard-server; controleer adres en poort",
    ],
    [
        "nobody answered; set the server's address, or let the answers of UDP {} in",
        "niemand hat geantwortet; die Adresse des Servers setzen oder die Antworten von UDP {} hereinlassen",
        "niemand antwoordde; stel het adres van de server in of laat de antwoorden van UDP {} binnen",
    ],
    [
        "this computer cannot search ({}); connect it to a network",
        "dieser Rechner kann nicht suchen ({}); mit einem Netzwerk verbinden",
        "deze computer kan niet zoeken ({}); verbind hem met een netwerk",
    ],
    [
        "the viewer password is missing or wrong: set the one that the administrator gave",
        "das Bildschirm-Passwort fehlt oder ist falsch: das setzen, das die Verwaltung genannt hat",
        "het schermwachtwoord ontbreekt of is verkeerd: stel het wachtwoord van de beheerder in",
    ],
    [
        "too many wrong viewer passwords from this address: wait a minute",
        "zu viele falsche Bildschirm-Passwörter von dieser Adresse: eine Minute warten",
        "te veel verkeerde schermwachtwoorden van dit adres: wacht een minuut",
    ],
    [
        "the token is unknown, used or expired: get a new one with `signboard enrol-token`",
        "das Token ist unbekannt, verbraucht oder abgelaufen: mit „signboard enrol-token“ ein neues holen",
        "het token is onbekend, gebruikt of verlopen: haal een nieuw met ‘signboard enrol-token’",
    ],
    [
        "too many devices wait for approval: approve or switch off some",
        "zu viele Geräte warten auf Zulassung: einige zulassen oder ausschalten",
        "te veel apparaten wachten op goedkeuring: keur er enkele goed of schakel ze uit",
    ],
    [
        "this device lost its place: make a new key and enrol again",
        "dieses Gerät hat seinen Platz verloren und meldet sich neu an",
        "dit apparaat verloor zijn plaats en meldt zich opnieuw aan",
    ],
    [
        "The server has taken this viewer's place away.",
        "Der Server hat diesem Bildschirm seinen Platz genommen.",
        "De server heeft dit scherm zijn plaats ontnomen.",
    ],
    [
        "Another computer has the same identity, as after a disk was copied; this one enrols anew.",
        "Ein anderer Rechner hat dieselbe Identität, wie nach dem Kopieren einer Platte; dieser meldet sich neu an.",
        "Een andere computer heeft dezelfde identiteit, zoals na het kopiëren van een schijf; deze meldt zich opnieuw aan.",
    ],
    [
        "the server is too old or too new for this viewer; update the older of the two",
        "der Server ist zu alt oder zu neu für diesen Bildschirm; das Ältere von beiden aktualisieren",
        "de server is te oud of te nieuw voor dit scherm; werk de oudste van de twee bij",
    ],
    ["the server is being stopped", "der Server wird angehalten", "de server wordt gestopt"],
    [
        "the server moves to another port",
        "der Server zieht auf einen anderen Port um",
        "de server verhuist naar een andere poort",
    ],
    [
        "the connection to the server broke ({})",
        "die Verbindung zum Server brach ab ({})",
        "de verbinding met de server brak af ({})",
    ],
];

/// Says what was tried, how it went and what to do in the language of the page.
pub(super) fn translate(facts: &mut BootFacts) {
    let Some(column) = column(&facts.language) else { return };
    let sentences = facts.tried.iter_mut().map(|tried| &mut tried.outcome).chain(facts.remedy.as_mut());
    for sentence in sentences {
        if let Some(words) = PHRASES.iter().find_map(|phrase| put(phrase[0], phrase[column], sentence)) {
            *sentence = words;
        }
    }
}

/// Where a language stands in a phrase; none: English, or one that is not spoken here.
fn column(tag: &str) -> Option<usize> {
    match tag.split('-').next()?.to_ascii_lowercase().as_str() {
        "de" => Some(1),
        "nl" => Some(2),
        _ => None,
    }
}

/// The other form of a sentence that fits a form; none if it does not.
fn put(form: &str, other: &str, sentence: &str) -> Option<String> {
    let mut pieces = form.split("{}");
    let mut rest = sentence.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = if pieces.peek().is_none() { rest.len().checked_sub(piece.len())? } else { rest.find(piece)? };
        values.push(rest.get(..at)?);
        rest = rest.get(at..)?.strip_prefix(piece)?;
    }
    let mut values = values.into_iter();
    let mut words = String::with_capacity(sentence.len() + 16);
    for (place, piece) in other.split("{}").enumerate() {
        if place > 0 {
            words.push_str(values.next()?);
        }
        words.push_str(piece);
    }
    rest.is_empty().then_some(words)
}

#[cfg(test)]
mod tests {
    use net::control::{CertificateFault, DialFault, LinkError};

    use super::*;

    fn german(sentence: &str) -> Option<String> {
        PHRASES.iter().find_map(|phrase| put(phrase[0], phrase[1], sentence))
    }

    #[test]
    fn what_our_own_errors_say_is_found() {
        let refused = || std::io::Error::from_raw_os_error(111);
        let cut = LinkError::Cut { why: "reset".to_owned() };
        for sentence in [
            DialFault::Connect { place: "10.0.0.1:7237".to_owned(), source: refused() }.to_string(),
            DialFault::Silent { seconds: 10 }.to_string(),
            DialFault::Name { name: "signs".to_owned(), source: refused() }.to_string(),
            DialFault::NoTunnel { status: 404 }.to_string(),
            DialFault::Tls(refused()).to_string(),
            DialFault::Outer(refused()).to_string(),
            CertificateFault::Expired.to_string(),
            CertificateFault::NotYetValid.to_string(),
            CertificateFault::NotSignboard.to_string(),
            CertificateFault::UnknownAuthority.to_string(),
            cut.to_string(),
        ] {
            assert!(german(&sentence).is_some(), "{sentence}");
        }
        let said = german(&DialFault::Connect { place: "10.0.0.1:7237".to_owned(), source: refused() }.to_string()).unwrap();
        assert!(said.starts_with("10.0.0.1:7237 antwortet nicht (Connection refused"), "{said}");
        assert_eq!(german("something else"), None);
        assert_eq!(german("no answer within 10 s"), None);
    }

    #[test]
    fn each_phrase_has_the_same_gaps_everywhere() {
        for phrase in PHRASES {
            let gaps = phrase.map(|form| form.matches("{}").count());
            assert!(gaps.iter().all(|count| *count == gaps[0]), "{phrase:?}");
            assert_eq!(put(phrase[0], phrase[1], phrase[0]).as_deref(), Some(phrase[1]), "a phrase finds itself");
        }
    }
}
