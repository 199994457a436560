/** Reads a list of network cards as inventories have it: one card a line, `screen;address[;password]`, parted by semicolons, commas or tabs. */
import type { CardLine } from "@signboard/api";
import { isPassword, macOf } from "./mac.ts";

export type Fault = "columns" | "screen" | "unknown" | "ambiguous" | "mac" | "password" | "twice";

export interface ListFault {
  /** Line of the text, from 1. */
  line: number;
  fault: Fault;
  /** What stands there. */
  text: string;
}

export interface CardList {
  cards: CardLine[];
  /** The line of the text that each card stands in, from 1. */
  lines: number[];
  faults: ListFault[];
}

/** How many screens have a name or id. */
export type CountScreens = (nameOrId: string) => number;

const SEPARATORS = ["\t", ";", ","] as const;
const HEADING = /^(?:mac|hardware|hw|address|adres|adresse)\b/i;

/** All cards and all faults of a list. Empty lines, lines that begin with `#` and a heading are passed over. */
export function readCards(text: string, count: CountScreens): CardList {
  const list: CardList = { cards: [], lines: [], faults: [] };
  const owners = new Map<string, string>();
  let isFirst = true;
  text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/).forEach((content, place) => {
    if (content.trim() === "" || content.trimStart().startsWith("#")) return;
    const fields = fieldsOf(content);
    const isHeading = isFirst && HEADING.test(fields[1] ?? "");
    isFirst = false;
    if (isHeading) return;
    const read = readLine(fields, count, owners);
    if ("fault" in read) list.faults.push({ line: place + 1, ...read });
    else {
      list.cards.push(read);
      list.lines.push(place + 1);
    }
  });
  return list;
}

function readLine(fields: string[], count: CountScreens, owners: Map<string, string>): CardLine | Omit<ListFault, "line"> {
  const [viewer = "", address = "", password = "", ...rest] = fields;
  if (fields.length < 2 || rest.some((field) => field !== "")) return { fault: "columns", text: fields.join(" ") };
  if (viewer === "") return { fault: "screen", text: address };
  const found = count(viewer);
  if (found !== 1) return { fault: found === 0 ? "unknown" : "ambiguous", text: viewer };
  const mac = macOf(address);
  if (mac === null) return { fault: "mac", text: address };
  // The password is a secret: a fault says that it is wrong, not what it is.
  if (password !== "" && !isPassword(password)) return { fault: "password", text: viewer };
  const owner = owners.get(mac);
  if (owner !== undefined && owner.toLowerCase() !== viewer.toLowerCase()) return { fault: "twice", text: mac };
  owners.set(mac, viewer);
  return password === "" ? { viewer, mac } : { viewer, mac, secure_on: password };
}

/** The fields of a line by the separator that makes a hardware address of the second one; else by the first that parts it at all. */
function fieldsOf(line: string): string[] {
  const parted = SEPARATORS.map((separator) => split(line, separator)).filter((fields) => fields.length > 1);
  return parted.find((fields) => macOf(fields[1] ?? "") !== null) ?? parted[0] ?? [line.trim()];
}

/** Splits as RFC 4180 does: a field in quotes may hold the separator, and a quote written twice. */
function split(line: string, separator: string): string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let place = 0; place < line.length; place++) {
    const letter = line[place] as string;
    if (quoted && letter === '"' && line[place + 1] === '"') {
      field += '"';
      place++;
    } else if (quoted && letter === '"') quoted = false;
    else if (!quoted && letter === '"' && field.trim() === "") {
      quoted = true;
      field = "";
    } else if (!quoted && letter === separator) {
      fields.push(field.trim());
      field = "";
    } else field += letter;
  }
  return [...fields, field.trim()];
}

/** The place in the list and the member that a refusal of the server names, such as `[3].mac`. */
export function placeOf(field: string | null): number | null {
  const found = /^\[(\d+)\]\.\w+$/.exec(field ?? "");
  return found ? Number(found[1]) : null;
}
