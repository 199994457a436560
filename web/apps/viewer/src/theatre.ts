import { NOTHING, Player, PlanShow, Stage, type Listener, type Moment, type Show } from "@signboard/player";
import type { Plan } from "@signboard/model";
import { Fonts } from "./fonts.ts";
import type { Shelf } from "./media/shelf.ts";
import type { Library } from "./plan/library.ts";
import type { Faults } from "./report/faults.ts";
import { Scene } from "./scene.ts";

export interface TheatrePorts extends Listener {
  /** The session's time, Unix milliseconds. */
  now(): number;
  /** Something changed that the server should know. */
  changed(): void;
}

/** The screen itself: the stage, what is on it, and how a plan comes onto it. */
export class Theatre {
  readonly stage: Stage;
  readonly scene: Scene;
  private readonly fonts: Fonts;
  private readonly player: Player;
  private plan: Plan | null = null;
  private closed = false;

  constructor(
    host: HTMLElement,
    private readonly shelf: Shelf,
    private readonly library: Library,
    private readonly faults: Faults,
    private readonly ports: TheatrePorts,
  ) {
    this.stage = new Stage(host);
    this.scene = new Scene(() => ports.now(), shelf, library.body, faults, () => ports.changed());
    this.fonts = new Fonts(shelf);
    this.player = new Player(this.stage, this.scene, this.scene.view, ports);
  }

  /** What stands on the screen. */
  get moment(): Moment | null {
    return this.player.moment;
  }

  /** Plays by a plan from now on, or by the same with more of its files; with `urgent` whatever is not in it leaves at once. */
  play(plan: Plan, urgent: boolean): void {
    if (this.closed) return;
    this.plan = plan;
    this.scene.use(plan);
    this.stage.rotate(plan.viewer.rotation || 0);
    this.layout();
    if (urgent) this.player.play(this.showOf(plan), true);
    // Letters first: a page that is drawn before they are known would be drawn with others.
    void this.fonts.apply(plan.fonts).then(() => {
      if (this.plan === plan && !this.closed) this.player.play(this.showOf(plan), false);
    });
    this.ports.changed();
  }

  /** Takes everything off the screen, until the next plan. */
  empty(): void {
    this.plan = null;
    this.scene.use(null);
    this.stage.rotate(0);
    this.player.play(NOTHING, true);
  }

  /** Shows nothing more: another page of this device does. */
  close(): void {
    this.closed = true;
    this.player.play(NOTHING, true);
  }

  tick(): void {
    try {
      this.player.tick();
    } catch (error) {
      this.faults.add("player", (error as Error).message);
    }
  }

  layout(): void {
    this.player.layout();
  }

  /** What plays, drawn by rules that need no other file. */
  letters(): Promise<string> {
    return this.fonts.rules(this.plan ? this.plan.fonts : []);
  }

  private showOf(plan: Plan): Show {
    return new PlanShow(plan, { has: (hash) => this.shelf.has(hash), body: this.library.body });
  }
}
