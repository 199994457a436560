import { isValid, MediaView, PageView, StandbyView, type MediaFile, type Moment, type ScreenSettings, type Sound, type Surroundings, type View } from "@signboard/player";
import { entryOf, offsetAt, type Body, type Plan } from "@signboard/model";
import type { Faults } from "./report/faults.ts";
import type { Shelf } from "./media/shelf.ts";

/** What the player draws from: the plan in force, the shelf and the clock. */
export class Scene implements Surroundings {
  readonly screen: ScreenSettings = { installation: "Signboard", language: "en", fit: "contain", volume: 100, muted: false };
  soundState: Sound = "unknown";
  private plan: Plan | null = null;

  constructor(
    readonly now: () => number,
    private readonly shelf: Shelf,
    private readonly body: (hash: string) => Body | null,
    private readonly faults: Faults,
    private readonly changed: () => void,
  ) {}

  use(plan: Plan | null): void {
    this.plan = plan;
    if (!plan) return;
    const { fit, volume, muted, language } = plan.viewer;
    Object.assign(this.screen, { fit: fit || "contain", volume: volume === undefined ? 100 : volume, muted: muted === true, language: language || this.screen.language });
    if (plan.viewer.installation) this.screen.installation = plan.viewer.installation;
  }

  offset(zone: string | null, at: number): number {
    const plan = this.plan;
    if (plan) return offsetAt(plan.zones, zone || plan.viewer.zone, at);
    return -new Date(at).getTimezoneOffset() * 60;
  }

  url(hash: string): Promise<string> {
    return this.shelf.url(hash);
  }

  release(hash: string): void {
    this.shelf.release(hash);
  }

  media(id: string, at: number): MediaFile | null {
    const file = this.plan ? entryOf(this.plan.media, id) : undefined;
    if (!file || !this.shelf.has(file.hash) || !isValid(file, at)) return null;
    return { hash: file.hash, mime: file.mime, width: file.width, height: file.height, duration_ms: file.duration_ms || 0 };
  }

  report(code: string, text: string): void {
    this.faults.add(code, text);
  }

  sound(state: Sound): void {
    if (this.soundState === state) return;
    this.soundState = state;
    this.changed();
  }

  readonly view = (moment: Moment): View => {
    const item = moment.item;
    if (item && item.kind === "page") {
      const body = item.body ? this.body(item.body) : null;
      const page = body && body.pages.filter((one) => one.id === item.page)[0];
      if (body && page) return new PageView(body, page, this, moment.from);
    }
    if (item && (item.kind === "image" || item.kind === "video") && item.media) {
      const file = this.media(item.media, moment.from);
      if (file) return new MediaView(item.kind, file, this);
    }
    return new StandbyView(this);
  };
}
