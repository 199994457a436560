// The live preview of the admin (docs/protocols/viewer-session.md section 5): the same player, fed by messages of the page around it.
import { PageView, Player, Stage, StandbyView, type MediaFile, type Moment, type Show, type Surroundings } from "@signboard/player";
import type { Body, Item } from "@signboard/model";

interface PreviewMedia {
  url: string;
  mime: string;
  width: number;
  height: number;
}

interface PreviewFont {
  family: string;
  weight: string;
  style: string;
  range: string;
  url: string;
}

interface Preview {
  type: "preview";
  body: Body;
  media: { [id: string]: PreviewMedia };
  fonts?: PreviewFont[];
  page?: string;
  playing: boolean;
  zone?: string;
  offset_s?: number;
}

/** The pages of a body in turn from a moment on, or one page for good. */
class PreviewShow implements Show {
  constructor(
    private readonly body: Body,
    private readonly page: string | undefined,
    private readonly began: number,
    private readonly edition: number,
  ) {}

  moment(at: number): Moment {
    const pages = this.body.pages;
    if (this.page !== undefined) return this.describe(Math.max(0, pages.map((page) => page.id).indexOf(this.page)), this.began, Infinity);
    const length = pages.reduce((sum, page) => sum + page.duration_ms, 0);
    let start = this.began + Math.floor((Math.max(0, at - this.began)) / Math.max(1, length)) * length;
    for (let index = 0; index < pages.length; index++) {
      const end = start + (pages[index] as Body["pages"][0]).duration_ms;
      if (at < end) return this.describe(index, start, end);
      start = end;
    }
    return this.describe(0, this.began, Infinity);
  }

  private describe(index: number, from: number, until: number): Moment {
    const page = this.body.pages[index];
    const item: Item | null = page ? { id: page.id, kind: "page", duration_ms: page.duration_ms, transition: page.transition || { kind: "fade", ms: 600 }, body: "", page: page.id, play: { content: null } } as unknown as Item : null;
    return { key: `${this.edition}|${from}|${index}`, kind: page ? "page" : "standby", item, row: null, plan: null, start: from, end: until, from, until };
  }
}

const monotone = Date.now() - performance.now();
const now = () => monotone + performance.now();
let current: Preview | null = null;
let edition = 0;
let faces: FontFace[] = [];
let facesKey = "";

const say = (message: object) => {
  if (window.parent !== window) window.parent.postMessage(message, location.origin);
};

const around: Surroundings = {
  now,
  offset: (_zone, at) => (current && current.offset_s !== undefined ? current.offset_s : -new Date(at).getTimezoneOffset() * 60),
  url: (hash) => Promise.resolve(hash),
  release: () => undefined,
  media(id): MediaFile | null {
    const file = current ? current.media[id] : undefined;
    return file ? { hash: file.url, mime: file.mime, width: file.width, height: file.height, duration_ms: 0 } : null;
  },
  report: () => undefined,
  sound: () => undefined,
  // Without sound: an editor's loudspeaker is not a screen's.
  screen: { installation: "Signboard", language: document.documentElement.lang || "en", fit: "contain", volume: 100, muted: true },
};

const stage = new Stage(document.getElementById("stage") as HTMLElement);
/** The views of the last moments, to ask them for their problems when they are on the screen. */
const lastViews: { id: string; key: string; view: PageView }[] = [];
const player = new Player(
  stage,
  around,
  (moment) => {
    const page = current && current.body.pages.filter((one) => moment.item && one.id === moment.item.id)[0];
    if (!current || !page) return new StandbyView(around);
    const view = new PageView(current.body, page, around, now());
    lastViews.push({ id: page.id, key: moment.key, view });
    lastViews.splice(0, lastViews.length - 4);
    return view;
  },
  {
    began(moment) {
      const shown = lastViews.filter((one) => one.key === moment.key)[0];
      if (!shown) return;
      say({ type: "shown", page: shown.id });
      say({ type: "problems", problems: shown.view.problems() });
    },
    ended: () => undefined,
  },
);

function useFonts(fonts: PreviewFont[]): void {
  const key = JSON.stringify(fonts);
  if (key === facesKey) return;
  facesKey = key;
  faces.forEach((face) => document.fonts.delete(face));
  faces = fonts.map((font) => new FontFace(font.family, `url(${JSON.stringify(font.url)})`, { weight: font.weight, style: font.style, unicodeRange: font.range }));
  faces.forEach((face) => document.fonts.add(face));
}

window.addEventListener("message", (event) => {
  if (event.origin !== location.origin || !event.data || event.data.type !== "preview") return;
  const next = event.data as Preview;
  if (!next.body || !Array.isArray(next.body.pages)) return;
  useFonts(next.fonts || []);
  current = next;
  edition += 1;
  // A page that is edited is replaced without a fade: what is typed is seen.
  const frozen = next.playing ? undefined : next.page || (next.body.pages[0] && next.body.pages[0].id);
  const first = next.page !== undefined && next.playing ? startOf(next.body, next.page) : 0;
  player.play(new PreviewShow(next.body, frozen, now() - first - (frozen === undefined ? 0 : 1_000), edition), false);
});

/** How long the pages before this one stand, in milliseconds: playing starts with it. */
function startOf(body: Body, page: string): number {
  let sum = 0;
  for (const one of body.pages) {
    if (one.id === page) return sum;
    sum += one.duration_ms;
  }
  return 0;
}

window.addEventListener("resize", () => player.layout());
(function frame() {
  player.tick();
  requestAnimationFrame(frame);
})();
say({ type: "ready" });
