import { forgetIdentity, type Identity, type Notes } from "./identity.ts";
import { HostShelf } from "./host/host_shelf.ts";
import { Downloads } from "./media/downloads.ts";
import { keepLimits, keptLimits, timeOfDay, type Limits } from "./media/limits.ts";
import { openShelf } from "./media/open_shelf.ts";
import type { Shelf } from "./media/shelf.ts";
import { FileError, type Wanted } from "./media/wanted.ts";
import { Known } from "./known.ts";
import { keepAwake } from "./keep_awake.ts";
import { Keeper, keptPlans, type KeptPlans } from "./plan/keeper.ts";
import { Library } from "./plan/library.ts";
import { Journal } from "./plays/journal.ts";
import { OpenPlay } from "./plays/open_play.ts";
import { Recorder } from "./plays/recorder.ts";
import { startPulse } from "./pulse.ts";
import { request } from "./request.ts";
import { Faults } from "./report/faults.ts";
import { FrameCount } from "./report/frame_count.ts";
import { Reporter } from "./report/reporter.ts";
import { screenshot } from "./report/screenshot.ts";
import { askToPersist, StorageWatch } from "./report/storage_facts.ts";
import { Overlay } from "./screens/overlay.ts";
import { Conversation, type HostPorts } from "./session/conversation.ts";
import { helloOf } from "./session/hello.ts";
import type { Pass } from "./session/door.ts";
import { Journey } from "./session/journey.ts";
import { Link } from "./session/link.ts";
import type { Hello } from "./session/messages.ts";
import { SessionClock } from "./session/session_clock.ts";
import { TimeProbe } from "./session/time_probe.ts";
import type { Database } from "./store/database.ts";
import { Theatre } from "./theatre.ts";
import { VERSION } from "./version.ts";
import { Watchdog } from "./watchdog.ts";

/** What the shell was started with. */
export interface Start {
  host: HTMLElement;
  root: string;
  database: Database;
  notes: Notes;
  identity: Promise<Identity>;
  /** Where files are kept: by a worker, in the database, or by a native viewer. */
  level: Shelf["level"];
  token: Pass;
}

/** The shell round the player: session, plan, storage, reports. This is where the parts meet; each does its work elsewhere. */
export class App {
  private readonly theatre: Theatre;
  private readonly overlay: Overlay;
  private readonly link: Link;
  private readonly known: Known;
  private readonly journey: Journey;
  private readonly frames = new FrameCount();
  private wantsReload = false;

  private constructor(
    private readonly start: Start,
    identity: Identity,
    private readonly clock: SessionClock,
    private readonly shelf: Shelf,
    private readonly journal: Journal,
    private readonly plans: KeptPlans,
    limits: Limits,
  ) {
    const { host, root } = start;
    const library = new Library(shelf);
    const faults = (this.faults = new Faults(() => clock.now()));
    this.known = new Known(start.database, (known) => {
      const { screen } = this.theatre.scene;
      screen.installation = known.installation;
      if (!this.keeper.force) screen.language = known.language;
    });
    this.recorder = new Recorder(journal, new OpenPlay(start.notes));
    this.theatre = new Theatre(host, shelf, library, faults, {
      now: () => clock.now(),
      changed: () => this.reporter.changed(),
      began: (moment, at) => {
        this.recorder.began(moment, at);
        this.reporter.changed();
        if (this.wantsReload) this.reload();
      },
      ended: (moment, began, at) => void this.recorder.ended(moment, began, at),
    });
    this.overlay = new Overlay(
      this.theatre.stage,
      // A native viewer's address is its secret.
      () => ({ server: shelf.level === "host" ? "" : root.replace(/\/$/, ""), device: identity.device.slice(0, 8), version: VERSION, level: shelf.level }),
      () => this.known.language,
      { now: () => clock.now(), offset: () => this.theatre.scene.offset(null, clock.now()) },
    );
    const journey = (this.journey = new Journey(root, start.database, identity, start.token, {
      plan: () => this.keeper.force && this.keeper.force.id,
      move: () => this.link.move(),
      unwelcome: () => this.startAnew(),
    }));
    this.keeper = new Keeper(start.database, shelf, library, () => clock.now(), {
      play: (plan, urgent) => this.theatre.play(plan, urgent),
    });
    this.downloads = new Downloads({
      has: (hash) => shelf.has(hash),
      fetch: (wanted, partial) => (shelf.level === "host" ? unkept(wanted) : journey.fetch(wanted, partial)),
      put: (wanted, blob) => this.keeper.put(wanted, blob),
      now: () => clock.local(),
      timeOfDay: () => timeOfDay(clock.now(), this.theatre.scene.offset(null, clock.now())),
      later: (ms, then) => void setTimeout(then, ms),
      arrived: (wanted) => void this.keeper.arrived(wanted),
      troubled: () => this.reporter.changed(),
    }, limits);
    this.keeper.attach(this.downloads);
    this.storage = new StorageWatch(shelf);
    const conversation = this.converse();
    this.link = new Link(() => journey.goal(), () => (shelf.level === "host" ? Promise.resolve() : journey.knock()), {
      hello: () => this.hello(),
      open: () => this.opened(),
      message: (message) => conversation.hear(message),
      unreadable: (text) => conversation.unreadable(text),
      closed: () => this.closed(),
      failed: () => journey.roads.next(),
    });
    this.probe = new TimeProbe((message) => this.link.send(message), clock.local);
    this.reporter = new Reporter(
      {
        send: (message) => this.link.send(message),
        moment: () => this.theatre.moment,
        storage: () => this.storage.facts,
        sound: () => this.theatre.scene.soundState,
        offset: () => clock.offset,
        framesDropped: () => this.frames.dropped,
        now: () => clock.now(),
      },
      this.keeper,
      this.downloads,
      journal,
      faults,
    );
    this.watchdog = new Watchdog(
      () => clock.local(),
      () => this.canReturn(),
      () => this.reload(),
    );
  }

  private readonly faults: Faults;
  private readonly recorder: Recorder;
  private readonly keeper: Keeper;
  private readonly downloads: Downloads;
  private readonly storage: StorageWatch;
  private readonly reporter: Reporter;
  private readonly watchdog: Watchdog;
  private readonly probe: TimeProbe;

  static async open(start: Start, clock: SessionClock): Promise<App> {
    const { database } = start;
    // All at once: each waits for the disk, and whoever switches a screen on waits for the last.
    const [identity, shelf, journal, plans, limits] = await Promise.all([start.identity, openShelf(start.level, start.root, database), Journal.load(database), keptPlans(database), keptLimits(database)]);
    return new App(start, identity, clock, shelf, journal, plans, limits);
  }

  async run(): Promise<void> {
    // What is left over has its number at once; that it is written down need not be waited for.
    void this.recorder.recover();
    await Promise.all([this.known.recall(), this.journey.recall(), this.keeper.restore(this.plans)]);
    this.theatre.tick();
    this.beat();
    this.link.start();
    if (this.shelf.level !== "host") askToPersist();
    keepAwake();
    if (!this.keeper.force) setTimeout(() => this.lookIfAlone(), 800);
  }

  /** A newer shell is at hand: taken at the next change of item, so that nothing is cut. */
  renew(): void {
    this.wantsReload = true;
    setTimeout(() => this.reload(), 600_000);
  }

  private beat(): void {
    startPulse({
      tick: () => this.theatre.tick(),
      frame: (at) => {
        this.watchdog.frame();
        this.frames.frame(at);
      },
      look: (visible) => {
        this.watchdog.look(visible);
        this.frames.look(Array.from(document.querySelectorAll("video")));
        this.overlay.tick();
        this.reporter.look(this.clock.local());
        if (this.link.connected) this.journey.homeward.look(this.clock.local());
      },
      note: () => this.recorder.note(this.clock.now()),
      measure: () => {
        void this.storage.look();
        this.keeper.turned();
      },
      resized: () => this.layout(),
      online: () => this.link.hurry(),
      turned: () => this.reporter.changed(),
    });
  }

  private layout(): void {
    this.theatre.layout();
    this.overlay.layout();
  }

  private hello(): Hello {
    const plan = this.keeper.force && this.keeper.force.id;
    // A native viewer numbers its own sessions.
    const carried = this.shelf.level === "host" ? {} : this.journey.carried(this.clock.now());
    return helloOf(VERSION, plan, this.storage.facts, this.theatre.scene.soundState, carried);
  }

  private opened(): void {
    this.reporter.fresh();
    this.clock.restart();
    void this.keeper.retry();
    this.probe.start();
  }

  private closed(): void {
    this.probe.stop();
    if (this.overlay.kind === "pairing") this.overlay.looking();
    this.lookIfAlone();
  }

  private lookIfAlone(): void {
    // A native viewer says itself what it looks for.
    if (this.shelf.level === "host") return;
    if (!this.keeper.force && !this.link.connected && this.overlay.kind === "none") this.overlay.looking();
  }

  private converse(): Conversation {
    const { clock, known, keeper, journal, faults, overlay, journey } = this;
    return new Conversation({
      clock, known, keeper, journal, faults, overlay, journey,
      commands: {
        send: (message) => this.link.send(message),
        identify: (seconds, name) => overlay.identify(name || known.name || "?", known.installation, seconds),
        screenshot: () => screenshot(this.theatre.stage.node, () => this.theatre.letters()),
        canReload: () => this.canReturn(),
        reload: () => {
          if (this.canReturn()) this.reload();
        },
        forget: () => void this.startAnew(),
      },
      limit: (limits) => {
        this.downloads.limit(limits);
        void keepLimits(this.start.database, limits).catch(() => undefined);
      },
      host: this.shelf instanceof HostShelf ? this.hostPorts(this.shelf) : null,
      elsewhere: () => this.link.giveUp(),
      replaced: () => {
        this.link.stop();
        this.recorder.stop();
        this.theatre.close();
        overlay.replaced();
      },
      revoked: () => {
        this.link.stop();
        void this.startAnew();
      },
    });
  }

  private hostPorts(shelf: HostShelf): HostPorts {
    return {
      boot: (facts) => {
        this.overlay.boot(facts);
        if (!this.keeper.force && !this.keeper.pending) return;
        this.theatre.empty();
        void this.keeper.clear().catch(() => undefined);
      },
      files: (missing) => {
        shelf.lacks(missing);
        void this.keeper.restocked();
      },
    };
  }

  /** Whoever this was leaves the screen, and the page comes again as another one. */
  private async startAnew(): Promise<void> {
    const returns = this.canReturn();
    await this.forget();
    if (returns) return location.reload();
    this.link.stop();
    this.theatre.empty();
    this.overlay.looking();
    this.comeAgain();
  }

  /** Reloads once the page's own server gives the page. */
  private comeAgain(): void {
    const page = `${this.start.root}viewer/`;
    request(page, { credentials: "same-origin", cache: "no-store" }, 10_000, (response) => (response.ok ? Promise.resolve() : Promise.reject(new Error(page)))).then(
      () => location.reload(),
      () => setTimeout(() => this.comeAgain(), 10_000),
    );
  }

  /** Whether the page would come back after a reload: from the worker's store, or from its own server. */
  private canReturn(): boolean {
    return this.shelf.level === "persistent" || (this.link.connected && this.journey.roads.isOwn);
  }

  private reload(): void {
    this.recorder.note(this.clock.now());
    location.reload();
  }

  /** Leaves nothing behind: the next start pairs anew. */
  private async forget(): Promise<void> {
    await this.keeper.clear().catch(() => undefined);
    await this.journal.clear().catch(() => undefined);
    await forgetIdentity(this.start.database, this.start.notes).catch(() => undefined);
  }
}

/** The viewer hands out what it has; there is nothing else to get. It says when there is more. */
function unkept(wanted: Wanted): Promise<never> {
  return Promise.reject(new FileError("not_found", `The viewer does not have the file ${wanted.hash}.`));
}
