/** The words of the player's own screens. */
export interface Words {
  enterCode: string;
  /** Where to approve */
  approve: string;
  looking: string;
  lookingHint: string;
  replaced: string;
  replacedHint: string;
  address: string;
  device: string;
  version: string;
  storage: string;
  persistent: string;
  page: string;
}

const en: Words = {
  enterCode: "Approve this screen",
  approve: "Open Signboard on a computer, choose Screens, and approve the screen with this code.",
  looking: "Looking for the server",
  lookingHint: "The screen connects by itself as soon as the server answers. Check the network cable or Wi-Fi if this stays.",
  replaced: "Open in another window",
  replacedHint: "This screen plays in another window or tab of the same browser. Reload to play it here.",
  address: "Server",
  device: "Device",
  version: "Player",
  storage: "Storage",
  persistent: "plays without server, also after a restart",
  page: "plays without server until the page is closed",
};

const de: Words = {
  enterCode: "Diesen Bildschirm zulassen",
  approve: "Signboard an einem Rechner öffnen, Bildschirme wählen und den Bildschirm mit diesem Code zulassen.",
  looking: "Der Server wird gesucht",
  lookingHint: "Der Bildschirm verbindet sich von selbst, sobald der Server antwortet. Bleibt dies stehen, bitte Netzwerkkabel oder WLAN prüfen.",
  replaced: "In einem anderen Fenster geöffnet",
  replacedHint: "Dieser Bildschirm spielt in einem anderen Fenster desselben Browsers. Neu laden, um ihn hier zu spielen.",
  address: "Server",
  device: "Gerät",
  version: "Player",
  storage: "Speicher",
  persistent: "spielt ohne Server, auch nach einem Neustart",
  page: "spielt ohne Server, bis die Seite geschlossen wird",
};

const nl: Words = {
  enterCode: "Dit scherm goedkeuren",
  approve: "Open Signboard op een computer, kies Schermen en keur het scherm met deze code goed.",
  looking: "De server wordt gezocht",
  lookingHint: "Het scherm maakt vanzelf verbinding zodra de server antwoordt. Blijft dit staan, controleer dan de netwerkkabel of de wifi.",
  replaced: "Geopend in een ander venster",
  replacedHint: "Dit scherm speelt in een ander venster van dezelfde browser. Laad opnieuw om het hier te spelen.",
  address: "Server",
  device: "Apparaat",
  version: "Player",
  storage: "Opslag",
  persistent: "speelt zonder server, ook na een herstart",
  page: "speelt zonder server tot de pagina wordt gesloten",
};

const ALL: { [language: string]: Words } = { en, de, nl };

/** The words in a language (BCP 47), English where there are none. */
export function wordsOf(language: string): Words {
  return ALL[(language || "").toLowerCase().split("-")[0] as string] || en;
}
