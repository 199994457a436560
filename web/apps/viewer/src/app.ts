import { Player, PlanShow, NOTHING, Stage } from "@signboard/player";
import type { Plan } from "@signboard/model";
import { obey } from "./commands.ts";
import { Fonts } from "./fonts.ts";
import { forgetIdentity, type Identity, type Notes } from "./identity.ts";
import { BlobShelf } from "./media/blob_shelf.ts";
import { CacheShelf } from "./media/cache_shelf.ts";
import { Downloads } from "./media/downloads.ts";
import { fetchFile } from "./media/fetch_file.ts";
import type { Shelf } from "./media/shelf.ts";
import { FileError } from "./media/wanted.ts";
import { sessionAddress } from "./place.ts";
import { keepAwake } from "./keep_awake.ts";
import { Keeper } from "./plan/keeper.ts";
import { Library } from "./plan/library.ts";
import { Journal } from "./plays/journal.ts";
import { OpenPlay } from "./plays/open_play.ts";
import { Recorder } from "./plays/recorder.ts";
import { Faults } from "./report/faults.ts";
import { Reporter } from "./report/reporter.ts";
import { screenshot } from "./report/screenshot.ts";
import { askToPersist, StorageWatch } from "./report/storage_facts.ts";
import { Scene } from "./scene.ts";
import { Overlay } from "./screens/overlay.ts";
import { helloOf } from "./session/hello.ts";
import { introduce } from "./session/introduce.ts";
import { Link } from "./session/link.ts";
import type { FromServer, Hello } from "./session/messages.ts";
import { SessionClock } from "./session/session_clock.ts";
import { TimeProbe } from "./session/time_probe.ts";
import type { Database } from "./store/database.ts";
import { VERSION } from "./version.ts";
import { Watchdog } from "./watchdog.ts";

/** What the shell was started with. */
export interface Start {
  host: HTMLElement;
  root: string;
  database: Database;
  notes: Notes;
  identity: Identity;
  persistent: boolean;
  token: { take(): string | null; used(): void };
}

interface Known {
  name: string;
  installation: string;
  language: string;
}

/** The shell round the player: session, plan, storage, reports. This is where the parts meet; each does its work elsewhere. */
export class App {
  private readonly stage: Stage;
  private readonly overlay: Overlay;
  private readonly link: Link;
  private known: Known = { name: "", installation: "Signboard", language: navigator.language || "en" };
  private wantsReload = false;
  /** Another page of this browser plays for this device now. */
  private replaced = false;

  private constructor(
    private readonly start: Start,
    private readonly clock: SessionClock,
    private readonly shelf: Shelf,
    private readonly library: Library,
    private readonly journal: Journal,
    private readonly faults: Faults,
  ) {
    const { host, root } = start;
    this.stage = new Stage(host);
    this.overlay = new Overlay(
      this.stage,
      () => ({ server: root.replace(/\/$/, ""), device: start.identity.device.slice(0, 8), version: VERSION, level: shelf.level }),
      () => this.known.language,
    );
    this.scene = new Scene(() => clock.now(), shelf, library.body, faults, () => this.reporter.changed());
    this.recorder = new Recorder(journal, new OpenPlay(start.notes));
    this.player = new Player(this.stage, this.scene, this.scene.view, {
      began: (moment, at) => {
        this.recorder.began(moment, at);
        this.reporter.changed();
        if (this.wantsReload) this.reload();
      },
      ended: (moment, began, at) => void this.recorder.ended(moment, began, at),
    });
    this.fonts = new Fonts(shelf);
    this.keeper = new Keeper(start.database, shelf, library, () => clock.now(), {
      play: (plan, urgent) => this.play(plan, urgent),
    });
    this.downloads = new Downloads({
      has: (hash) => shelf.has(hash),
      fetch: (wanted, partial) => fetchFile(`${root}media/${wanted.hash}`, wanted, partial).catch((error) => this.again(error)),
      put: (wanted, blob) => this.keeper.put(wanted, blob),
      now: () => clock.local(),
      later: (ms, then) => void setTimeout(then, ms),
      arrived: (wanted) => void this.keeper.arrived(wanted),
      troubled: () => this.reporter.changed(),
    });
    this.keeper.attach(this.downloads);
    this.storage = new StorageWatch(shelf);
    this.link = new Link(sessionAddress(root), () => this.introduce(), {
      hello: () => this.hello(),
      open: () => this.opened(),
      message: (message) => this.message(message),
      closed: () => this.closed(),
    });
    this.probe = new TimeProbe((message) => this.link.send(message), clock.local);
    this.reporter = new Reporter(
      {
        send: (message) => this.link.send(message),
        moment: () => this.player.moment,
        storage: () => this.storage.facts,
        sound: () => this.scene.soundState,
        offset: () => clock.offset,
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

  private readonly scene: Scene;
  private readonly recorder: Recorder;
  private readonly player: Player;
  private readonly fonts: Fonts;
  private readonly keeper: Keeper;
  private readonly downloads: Downloads;
  private readonly storage: StorageWatch;
  private readonly reporter: Reporter;
  private readonly watchdog: Watchdog;
  private readonly probe: TimeProbe;

  static async open(start: Start, clock: SessionClock): Promise<App> {
    const shelf = start.persistent ? await CacheShelf.open(start.root, start.database) : await BlobShelf.open(start.database);
    return new App(start, clock, shelf, new Library(shelf), await Journal.load(start.database), new Faults(() => clock.now()));
  }

  async run(): Promise<void> {
    const known = await this.start.database.read<Known>("setting", "known").catch(() => undefined);
    if (known) this.learn(known);
    await this.recorder.recover();
    await this.keeper.restore();
    this.player.tick();
    this.beat();
    this.link.start();
    askToPersist();
    keepAwake();
    if (!this.keeper.force) setTimeout(() => this.lookIfAlone(), 800);
  }

  /** A newer shell is at hand: taken at the next change of item, so that nothing is cut. */
  renew(): void {
    this.wantsReload = true;
    setTimeout(() => this.reload(), 600_000);
  }

  private beat(): void {
    const frame = () => {
      this.watchdog.frame();
      this.tick();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    // Hidden pages get no frames, but their time goes on.
    setInterval(() => {
      if (document.visibilityState === "hidden") this.tick();
      this.watchdog.look(document.visibilityState !== "hidden");
      this.reporter.look(this.clock.local());
    }, 500);
    setInterval(() => this.recorder.note(this.clock.now()), 5_000);
    setInterval(() => void this.storage.look(), 15_000);
    void this.storage.look();
    window.addEventListener("resize", () => this.layout());
    window.addEventListener("online", () => this.link.hurry());
    window.addEventListener("pagehide", () => this.recorder.note(this.clock.now()));
    document.addEventListener("visibilitychange", () => this.reporter.changed());
  }

  private tick(): void {
    try {
      this.player.tick();
    } catch (error) {
      this.faults.add("player", (error as Error).message);
    }
  }

  private layout(): void {
    this.player.layout();
    this.overlay.layout();
  }

  private play(plan: Plan, urgent: boolean): void {
    if (this.replaced) return;
    this.scene.use(plan);
    this.stage.rotate(plan.viewer.rotation || 0);
    this.layout();
    if (urgent) this.player.play(this.show(), true);
    // Letters first: a page that is drawn before they are known would be drawn with others.
    void this.fonts.apply(plan.fonts).then(() => {
      if (this.keeper.force === plan && !this.replaced) this.player.play(this.show(), false);
    });
    this.reporter.changed();
  }

  private show() {
    const plan = this.keeper.force;
    return plan ? new PlanShow(plan, { has: (hash) => this.shelf.has(hash), body: this.library.body }) : NOTHING;
  }

  private hello(): Hello {
    return helloOf(VERSION, this.keeper.force && this.keeper.force.id, this.storage.facts, this.scene.soundState);
  }

  private async introduce(): Promise<void> {
    const state = await introduce(this.start.root, this.start.identity, this.start.token.take());
    if (state === "secret_wrong" || state === "revoked") {
      await this.forget();
      location.reload();
      throw new Error("The device starts anew.");
    }
    this.start.token.used();
  }

  /** Some televisions drop cookies while the page is open. */
  private async again(error: unknown): Promise<never> {
    if (error instanceof FileError && error.stranger) await this.introduce().catch(() => undefined);
    throw error;
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
    if (!this.keeper.force && !this.link.connected && this.overlay.kind === "none") this.overlay.looking();
  }

  private message(message: FromServer): void {
    switch (message.type) {
      case "pairing":
        this.clock.guess(message.server_time);
        this.learn({ name: this.known.name, installation: message.installation, language: message.language });
        this.overlay.pairing(message.code, message.installation);
        return;
      case "welcome":
        this.clock.guess(message.server_time);
        this.learn({ name: message.viewer.name, installation: message.installation, language: message.language });
        this.overlay.clear();
        return;
      case "time":
        this.clock.add({ t0: message.t0, t1: message.t1, t2: message.t2, t3: this.clock.local() });
        return;
      case "plan":
        void this.keeper.take(message);
        return;
      case "command":
        void this.obey(message);
        return;
      case "plays_ack":
        void this.journal.acknowledge(message.stream, message.n);
        return;
      case "error":
        this.faults.add(`server.${message.code}`, message.message);
        return;
      case "bye":
        this.bye(message.reason);
        return;
    }
  }

  private bye(reason: string): void {
    if (reason === "replaced") {
      this.replaced = true;
      this.link.stop();
      this.recorder.stop();
      this.player.play(NOTHING, true);
      this.overlay.replaced();
    } else if (reason === "revoked") {
      this.link.stop();
      void this.forget().then(() => location.reload());
    }
  }

  private obey(command: { id: string; kind: string; seconds?: number }): Promise<void> {
    return obey(command, {
      send: (message) => this.link.send(message),
      identify: (seconds) => this.overlay.identify(this.known.name || "?", this.known.installation, seconds),
      screenshot: () => screenshot(this.stage.node, () => this.fonts.rules(this.keeper.force ? this.keeper.force.fonts : [])),
      reload: () => {
        if (this.canReturn()) this.reload();
      },
      forget: () => void this.forget().then(() => location.reload()),
    });
  }

  private learn(known: Known): void {
    this.known = known;
    this.scene.screen.installation = known.installation;
    if (!this.keeper.force) this.scene.screen.language = known.language;
    void this.start.database.write([{ table: "setting", key: "known", value: known }]).catch(() => undefined);
  }

  private canReturn(): boolean {
    return this.shelf.level === "persistent" || this.link.connected;
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
