import type { BootState } from "./boot.ts";

/** The words of the boot page. */
export interface BootWords {
  title: { [state in BootState]: string };
  /** What to do where the viewer says nothing else */
  remedy: { [state in BootState]: string };
  computer: string;
  addresses: string;
  noAddress: string;
  macs: string;
  clock: string;
  tried: string;
  found: string;
}

const en: BootWords = {
  title: {
    searching: "Looking for the server",
    pending: "Approve this screen",
    refused: "The server refused this screen",
    several: "Several installations found",
    lost: "The server does not answer",
  },
  remedy: {
    searching: "The screen connects by itself as soon as a server answers. If this stays, check the network cable, or name the server with “signboard-viewer setup ADDRESS” or by a file on a USB stick.",
    pending: "Open Signboard on a computer, choose Screens, and approve the screen with this code.",
    refused: "Ask whoever looks after Signboard. The screen tries again by itself.",
    several: "The screen joins none by itself. Name one with “signboard-viewer setup ADDRESS” or by a file on a USB stick.",
    lost: "The screen tries again by itself. If this stays, check the network cable and whether the server runs.",
  },
  computer: "Computer",
  addresses: "Addresses",
  noAddress: "none: is the network cable in?",
  macs: "MAC",
  clock: "Clock",
  tried: "What was tried",
  found: "Found",
};

const de: BootWords = {
  title: {
    searching: "Der Server wird gesucht",
    pending: "Diesen Bildschirm zulassen",
    refused: "Der Server lehnt diesen Bildschirm ab",
    several: "Mehrere Installationen gefunden",
    lost: "Der Server antwortet nicht",
  },
  remedy: {
    searching: "Der Bildschirm verbindet sich von selbst, sobald ein Server antwortet. Bleibt dies stehen: Netzwerkkabel prüfen, oder den Server mit „signboard-viewer setup ADRESSE“ oder einer Datei auf einem USB-Stick nennen.",
    pending: "Signboard an einem Rechner öffnen, Bildschirme wählen und den Bildschirm mit diesem Code zulassen.",
    refused: "Bitte an die Betreuung von Signboard wenden. Der Bildschirm versucht es von selbst wieder.",
    several: "Der Bildschirm schließt sich keiner von selbst an. Eine davon mit „signboard-viewer setup ADRESSE“ oder einer Datei auf einem USB-Stick nennen.",
    lost: "Der Bildschirm versucht es von selbst wieder. Bleibt dies stehen: prüfen, ob das Netzwerkkabel steckt und der Server läuft.",
  },
  computer: "Rechner",
  addresses: "Adressen",
  noAddress: "keine: steckt das Netzwerkkabel?",
  macs: "MAC",
  clock: "Uhr",
  tried: "Was versucht wurde",
  found: "Gefunden",
};

const nl: BootWords = {
  title: {
    searching: "De server wordt gezocht",
    pending: "Dit scherm goedkeuren",
    refused: "De server weigert dit scherm",
    several: "Meerdere installaties gevonden",
    lost: "De server antwoordt niet",
  },
  remedy: {
    searching: "Het scherm maakt vanzelf verbinding zodra een server antwoordt. Blijft dit staan: controleer de netwerkkabel, of noem de server met “signboard-viewer setup ADRES” of met een bestand op een USB-stick.",
    pending: "Open Signboard op een computer, kies Schermen en keur het scherm met deze code goed.",
    refused: "Vraag wie Signboard beheert. Het scherm probeert het vanzelf opnieuw.",
    several: "Het scherm sluit zich bij geen ervan vanzelf aan. Noem er een met “signboard-viewer setup ADRES” of met een bestand op een USB-stick.",
    lost: "Het scherm probeert het vanzelf opnieuw. Blijft dit staan: controleer of de netwerkkabel vastzit en de server draait.",
  },
  computer: "Computer",
  addresses: "Adressen",
  noAddress: "geen: zit de netwerkkabel erin?",
  macs: "MAC",
  clock: "Klok",
  tried: "Wat geprobeerd is",
  found: "Gevonden",
};

const ALL: { [language: string]: BootWords } = { en, de, nl };

/** The words in a language (BCP 47), English where there are none. */
export function bootWordsOf(language: string): BootWords {
  return ALL[language.toLowerCase().split("-")[0] as string] || en;
}
