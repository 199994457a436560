/** The mock's network: ports, findings and facts that a test can change, and the waking of screens. */
import type { CardLine, Finding, NetworkCard, NetworkView, PortView, Waking } from "../src/schema/network.ts";
import type { Group, Viewer } from "../src/schema/screens.ts";
import { type Exchange, Refusal } from "./exchange.ts";
import { defaults, type Store } from "./store.ts";
import { viewersOf } from "./timetable.ts";

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

export class Network {
  readonly view: NetworkView = { ports: ports(), interfaces: interfaces(), discovery: { heard: 41, answered: 38, dropped: 3, failures: [] }, time: time(), aside: [] };
  findings: Finding[] = findings();
  /** How long the doctor takes. */
  delay = 300;
  /** How often the doctor was asked. */
  looks = 0;
  /** Bodies of all lists that were taken. */
  readonly lists: CardLine[][] = [];
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether the call was one of these. */
  async handle(exchange: Exchange, user: string): Promise<boolean> {
    const { method, path } = exchange;
    const call = `${method} ${path.join("/")}`;
    if (call === "GET network") exchange.send(200, this.view);
    else if (call === "GET network/findings") {
      this.looks++;
      await new Promise((resolve) => setTimeout(resolve, this.delay));
      exchange.send(200, this.findings);
    } else if (call === "POST network-cards/list") exchange.send(200, this.#take((await exchange.json()) as unknown as CardLine[], user));
    else if (call === "POST network-cards") {
      const { viewer, mac, secure_on } = await exchange.json();
      exchange.send(201, this.#make({ viewer: String(viewer), mac: String(mac), has_secure_on: Boolean(secure_on) }, user));
    } else if (method === "POST" && path[2] === "wake" && path[0] === "viewers") exchange.send(202, this.#wake([path[1] ?? ""]));
    else if (method === "POST" && path[2] === "wake" && path[0] === "groups") exchange.send(202, this.#wake(viewersOf(this.#store, { group: path[1] ?? "" })));
    else return false;
    return true;
  }

  #cards(): { viewer: string; mac: string }[] {
    return this.#store.all("network-cards");
  }

  #make(card: Pick<NetworkCard, "mac" | "has_secure_on"> & { viewer: string }, user: string): unknown {
    const { viewer } = card;
    const mac = card.mac.toLowerCase();
    if (!MAC.test(mac)) throw new Refusal(422, "invalid", `"${card.mac}" is not a hardware address: give six pairs of hexadecimal digits, such as 00:11:22:aa:bb:cc`, "mac");
    const owner = this.#cards().find((card) => card.mac === mac)?.viewer;
    if (owner === viewer) throw new Refusal(422, "invalid", `${mac} stands at this screen already`, "mac");
    if (owner) throw new Refusal(422, "invalid", `${mac} belongs to another screen: remove it there first`, "mac");
    return this.#store.put("network-cards", { ...defaults("network-cards", user), ...card, mac });
  }

  #take(lines: CardLine[], user: string): { made: number; known: number } {
    const found = lines.map((line, place) => {
      const viewer = this.#store.all<Viewer>("viewers").find((one) => one.trashed_at === null && (one.id === line.viewer || one.name.toLowerCase() === line.viewer.toLowerCase()));
      if (!viewer) throw new Refusal(422, "invalid", `line ${place + 1}: there is no screen "${line.viewer}": give its name or id`, `[${place}].viewer`);
      const owner = this.#cards().find((card) => card.mac === line.mac)?.viewer;
      if (owner && owner !== viewer.id) throw new Refusal(422, "invalid", `line ${place + 1}: ${line.mac} belongs to another screen: remove it there first`, `[${place}].mac`);
      return { viewer: viewer.id, mac: line.mac, has_secure_on: Boolean(line.secure_on), known: owner !== undefined };
    });
    this.lists.push(lines);
    const fresh = found.filter((one) => !one.known);
    for (const { known: _, ...card } of fresh) this.#make(card, user);
    return { made: fresh.length, known: found.length - fresh.length };
  }

  #wake(ids: string[]): Waking {
    const cards = this.#cards().filter((card) => ids.includes(card.viewer));
    if (cards.length === 0) throw new Refusal(409, "in_use", "no network card is known of what is to be woken: add its hardware address first");
    const named = (has: boolean) =>
      ids.filter((id) => cards.some((card) => card.viewer === id) === has).map((id) => ({ id, name: this.#nameOf(id) })).sort((a, b) => a.name.localeCompare(b.name));
    return { called: named(true), without_card: named(false), cards: cards.length, seconds: Math.floor((cards.length - 1) / 4) };
  }

  #nameOf(id: string): string {
    return (this.#store.find("viewers", id) as unknown as Group | undefined)?.name ?? "";
  }
}

function ports(): PortView[] {
  const port = (number: number, protocol: string, direction: string, who: string, purpose: string, state: PortView["state"], setting: string | null = null, note: string | null = null): PortView => ({ number, default: number, protocol, direction, who, purpose, state, setting, note, holder: null });
  const web = "One of 80 and 443 is enough.";
  const broker = "Only with an external broker; the built-in one needs no port.";
  return [
    port(7237, "tcp", "in", "server", "viewers, other servers and administration tools", "free", "control.port"),
    port(80, "tcp", "both", "server", "admin, API, HTML5 viewer, software updates and replication over HTTP", "listening", "web.http-port", web),
    port(443, "tcp", "both", "server", "admin, API, HTML5 viewer, software updates and replication over HTTPS", "listening", "web.https-port", web),
    port(3702, "udp", "in", "server", "finding the server in the network (WS-Discovery)", "listening", "discovery.port"),
    port(123, "udp", "both", "server", "time for viewers, and time from upstream sources (NTP)", "listening", "time.port"),
    port(9, "udp", "out", "server", "waking viewers (Wake-on-LAN)", "not-used"),
    port(5672, "tcp", "both", "local", "message broker (AMQP)", "not-used", null, broker),
    port(15672, "tcp", "both", "local", "management interface of the message broker (HTTP)", "not-used", null, broker),
    port(7237, "tcp", "out", "viewer", "session with the server", "not-used", "control.port", "Where it is closed, the session travels through 80 or 443."),
    port(443, "tcp", "out", "html5-viewer", "everything that the HTML5 viewer needs, over HTTPS", "not-used", "web.https-port", web),
  ];
}

function interfaces(): NetworkView["interfaces"] {
  return [
    { name: "eth0", addresses: ["192.0.2.7/24", "2001:db8::7/64"], unserved: null },
    { name: "docker0", addresses: ["172.17.0.1/16"], unserved: "it is a bridge of containers" },
  ];
}

function time(): NetworkView["time"] {
  const source = { address: "192.0.2.1:123", stratum: 2, offset: 0.000_213, delay: 0.000_91, reached: 8, selected: true };
  return { clock: "own", stratum: 3, reference: "192.0.2.1", error_bound: 0.0021, answered: 1874, refused: 2, sources: [source, { ...source, address: "192.0.2.2:123", stratum: null, offset: null, delay: null, reached: 0, selected: false }] };
}

function findings(): Finding[] {
  const one = (subject: string, verdict: Finding["verdict"], text: string, remedy: string | null = null): Finding => ({ subject, verdict, text, remedy });
  return [
    one("7237/tcp", "note", "Free, nothing listens now: viewers, other servers and administration tools."),
    one("80/tcp", "fine", "Signboard listens: admin, API, HTML5 viewer, software updates and replication over HTTP."),
    one("3702/udp", "fine", "Signboard listens: finding the server in the network (WS-Discovery)."),
    one("5672/tcp", "fine", "Not used: embedded broker."),
    one("disk", "trouble", "412 MB of 64 GB are free at /var/lib/signboard.", "Free some space, or move the data folder to a larger disk."),
    one("clock", "fine", "The clock is kept by NTP, at most 2 ms off."),
  ];
}
