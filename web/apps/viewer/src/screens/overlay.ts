import { wordsOf, type Words } from "../words.ts";
import type { Stage } from "@signboard/player";
import { BootPage, BOOT_STYLE } from "../host/boot_page.ts";
import type { BootFacts } from "../host/boot.ts";
import { frame, SCREEN_STYLE, spaced, type Fact } from "./frame.ts";

/** What the small lines of every own screen tell. */
export interface Facts {
  server: string;
  device: string;
  version: string;
  level: "persistent" | "page" | "host";
}

type Shown = { kind: "none" } | { kind: "boot"; facts: BootFacts } | { kind: "pairing"; code: string; installation: string } | { kind: "looking" } | { kind: "replaced" };

/** The player's own screens, above whatever plays: one at a time, and the name of the screen for a while when asked for. */
export class Overlay {
  private shown: Shown = { kind: "none" };
  private node: HTMLElement | null = null;
  private page: BootPage | null = null;
  private identified: HTMLElement | null = null;
  private identifying: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly facts: () => Facts,
    private readonly language: () => string,
    /** The time in Unix milliseconds, and the seconds east of UTC here. */
    private readonly time: { now(): number; offset(): number },
  ) {
    const style = document.createElement("style");
    style.textContent = SCREEN_STYLE + BOOT_STYLE;
    document.head.appendChild(style);
  }

  get kind(): Shown["kind"] {
    return this.shown.kind;
  }

  pairing(code: string, installation: string): void {
    this.show({ kind: "pairing", code, installation });
  }

  looking(): void {
    this.show({ kind: "looking" });
  }

  /** A native viewer has nothing to play and says why. Called again when a fact changes: the page stays, its words change. */
  boot(facts: BootFacts): void {
    if (this.page) {
      this.shown = { kind: "boot", facts };
      this.page.draw(facts, this.stage.area);
      return;
    }
    this.show({ kind: "boot", facts });
  }

  /** Call at least every second. */
  tick(): void {
    if (this.page) this.page.tick();
  }

  replaced(): void {
    this.show({ kind: "replaced" });
  }

  clear(): void {
    this.show({ kind: "none" });
  }

  /** Shows the screen's name, huge, for some seconds. */
  identify(name: string, installation: string, seconds: number): void {
    this.endIdentify();
    const node = frame({ above: installation, large: name, facts: this.lines(wordsOf(this.language())) }, false, this.stage.area);
    (node.querySelector(".own-large") as HTMLElement).className += " own-name";
    node.style.zIndex = "2000000001";
    this.stage.node.appendChild(node);
    this.identified = node;
    this.identifying = setTimeout(() => this.endIdentify(), Math.max(1, Math.min(600, seconds)) * 1000);
  }

  /** The stage has another size. */
  layout(): void {
    const shown = this.shown;
    this.show({ kind: "none" });
    this.show(shown);
  }

  private endIdentify(): void {
    clearTimeout(this.identifying);
    if (this.identified) this.stage.node.removeChild(this.identified);
    this.identified = null;
  }

  private show(next: Shown): void {
    if (JSON.stringify(next) === JSON.stringify(this.shown)) return;
    this.shown = next;
    const old = this.node;
    this.page = next.kind === "boot" ? new BootPage(next.facts, this.stage.area, this.time.now, this.time.offset) : null;
    this.node = this.page ? this.page.node : this.build(next);
    if (this.node) this.stage.node.appendChild(this.node);
    if (this.page && next.kind === "boot") this.page.draw(next.facts, this.stage.area);
    if (old) this.stage.node.removeChild(old);
  }

  private build(shown: Shown): HTMLElement | null {
    const words = wordsOf(this.language());
    const facts = this.lines(words);
    switch (shown.kind) {
      case "pairing":
        return frame({ above: shown.installation, title: words.enterCode, large: spaced(shown.code), text: words.approve, facts }, false, this.stage.area);
      case "looking":
        return frame({ title: words.looking, text: words.lookingHint, facts }, true, this.stage.area);
      case "replaced":
        return frame({ title: words.replaced, text: words.replacedHint, facts }, false, this.stage.area);
      default:
        return null;
    }
  }

  private lines(words: Words): Fact[] {
    const facts = this.facts();
    const lines: Fact[] = [];
    if (facts.server) lines.push([words.address, facts.server]);
    if (facts.device) lines.push([words.device, facts.device]);
    lines.push([words.version, facts.version]);
    lines.push([words.storage, facts.level === "page" ? words.page : words.persistent]);
    return lines;
  }
}
