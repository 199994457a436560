/** Names of days and months as they stand in a date, after Unicode CLDR. */
export interface CalendarWords {
  /** Sunday first */
  days: string[];
  shortDays: string[];
  months: string[];
  shortMonths: string[];
  am: string;
  pm: string;
}

const list = (text: string) => text.split(" ");

function words(days: string, shortDays: string, months: string, shortMonths: string, am = "AM", pm = "PM"): CalendarWords {
  return { days: list(days), shortDays: list(shortDays), months: list(months), shortMonths: list(shortMonths), am, pm };
}

const KNOWN: { [language: string]: CalendarWords } = {
  en: words(
    "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
    "Sun Mon Tue Wed Thu Fri Sat",
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
  ),
  de: words(
    "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
    "So Mo Di Mi Do Fr Sa",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
  ),
  nl: words(
    "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",
    "zo ma di wo do vr za",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "a.m.",
    "p.m.",
  ),
  fr: words(
    "dimanche lundi mardi mercredi jeudi vendredi samedi",
    "dim. lun. mar. mer. jeu. ven. sam.",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
  ),
  es: words(
    "domingo lunes martes miércoles jueves viernes sábado",
    "dom lun mar mié jue vie sáb",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "a.\u00a0m.",
    "p.\u00a0m.",
  ),
  it: words(
    "domenica lunedì martedì mercoledì giovedì venerdì sabato",
    "dom lun mar mer gio ven sab",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
  ),
};

const asked: { [language: string]: CalendarWords } = {};

/** The names in a language (BCP 47): six by heart, others from the browser where it has them, else English. */
export function calendarWords(language: string): CalendarWords {
  const main = (language || "en").toLowerCase().split("-")[0] as string;
  const known = KNOWN[main];
  if (known) return known;
  return asked[language] || (asked[language] = fromBrowser(language));
}

function fromBrowser(language: string): CalendarWords {
  const english = KNOWN["en"] as CalendarWords;
  if (typeof Intl === "undefined" || !Intl.DateTimeFormat) return english;
  try {
    const write = (options: Intl.DateTimeFormatOptions, at: number) => new Intl.DateTimeFormat(language, Object.assign({ timeZone: "UTC" }, options)).format(at);
    // 4 January 1970 was a Sunday.
    const days = (weekday: "long" | "short") => count(7).map((day) => write({ weekday }, Date.UTC(1970, 0, 4 + day)));
    const months = (month: "long" | "short") => count(12).map((at) => write({ month }, Date.UTC(1970, at, 1)));
    return { days: days("long"), shortDays: days("short"), months: months("long"), shortMonths: months("short"), am: english.am, pm: english.pm };
  } catch (unknownTag) {
    return english;
  }
}

function count(to: number): number[] {
  const numbers = [];
  for (let at = 0; at < to; at++) numbers.push(at);
  return numbers;
}
