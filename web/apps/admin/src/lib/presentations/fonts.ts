/** The fonts that every player gets, as files of this app: for the preview, and for the editor, so that lines break as they will on the screens. */
import list from "../../../../../packages/fonts/fonts.json";

export interface FontFile {
  family: string;
  weight: string;
  style: string;
  range: string;
  url: string;
}

const files = import.meta.glob<string>("../../../../../packages/fonts/files/*.woff2", { query: "?url&no-inline", import: "default", eager: true });
const urls = new Map(Object.entries(files).map(([path, url]) => [path.slice(path.lastIndexOf("/") + 1), url]));

export const FONTS: FontFile[] = list.map(({ file, ...font }) => {
  const url = urls.get(file);
  if (!url) throw new Error(`fonts.json names ${file}, which is not among the files`);
  return { ...font, url };
});

let known = false;

/** Makes the fonts known to this page. The browser fetches only those whose letters are drawn. */
export function knowFonts(): void {
  if (known) return;
  known = true;
  for (const { family, weight, style, range, url } of FONTS) document.fonts.add(new FontFace(family, `url(${url})`, { weight, style, unicodeRange: range, display: "swap" }));
}
