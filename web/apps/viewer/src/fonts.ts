import type { Plan } from "@signboard/model";
import type { Shelf } from "./media/shelf.ts";

type Font = Plan["fonts"][0];

/** The letters of the plan, known to the browser under their family names; each is loaded when text needs it. */
export class Fonts {
  private readonly known = new Map<string, FontFace>();
  /** What the plan before this one named: its last page may still be on its way out. */
  private before: string[] = [];

  constructor(private readonly shelf: Shelf) {}

  /** Makes known what is local of a plan's fonts. What an earlier plan named wrongly must not spoil the family for this one. */
  async apply(fonts: Font[]): Promise<void> {
    if (typeof FontFace === "undefined" || !document.fonts) return;
    const wanted = fonts.map(keyOf);
    [...this.known.keys()].filter((key) => wanted.indexOf(key) < 0 && this.before.indexOf(key) < 0).forEach((key) => this.drop(key));
    this.before = wanted;
    await Promise.all(
      fonts.map((font) => {
        const key = keyOf(font);
        if (this.known.has(key) || !this.shelf.has(font.hash)) return undefined;
        return this.shelf.url(font.hash).then(
          (url) => {
            const face = this.face(font, url);
            if (!face || this.known.has(key)) return;
            this.known.set(key, face);
            // The browser loads it when text needs it; one that fails would fail all text of its family.
            face.loaded.catch(() => this.drop(key));
            document.fonts.add(face);
          },
          () => undefined,
        );
      }),
    );
  }

  /** The letters in use as style rules that need no other file, for pictures of the page. */
  async rules(fonts: Font[]): Promise<string> {
    const rules: string[] = [];
    for (const font of fonts) {
      const face = this.known.get(keyOf(font));
      if (!face || face.status !== "loaded") continue;
      const data = await readAsData(await this.shelf.read(font.hash));
      rules.push(`@font-face { font-family: "${font.family}"; font-weight: ${font.weight}; font-style: ${font.style}; unicode-range: ${font.range}; src: url("${data}"); }`);
    }
    return rules.join("\n");
  }

  private drop(key: string): void {
    const face = this.known.get(key);
    if (!face) return;
    this.known.delete(key);
    document.fonts.delete(face);
  }

  private face(font: Font, url: string): FontFace | null {
    const source = `url(${JSON.stringify(url)})`;
    for (const weight of [font.weight, "normal"]) {
      try {
        const face = new FontFace(font.family, source, { weight, style: font.style, unicodeRange: font.range });
        if (face.status !== "error") return face;
      } catch (noRanges) {
        // Browsers before Chrome 62 know no ranges of weights; they draw bold from the plain letters.
      }
    }
    return null;
  }
}

function keyOf(font: Font): string {
  return [font.hash, font.family, font.style, font.weight, font.range].join("|");
}

function readAsData(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
