// A picture of the stage, drawn by the browser from a copy of its nodes: an SVG with all that they need inside.

/** The longest side of the picture in pixels. */
const SIDE = 960;

/** A JPEG of the stage as a data URL. Rejects where the browser cannot draw its own nodes. */
export async function screenshot(stage: HTMLElement, fontRules: () => Promise<string>): Promise<string> {
  const width = stage.offsetWidth;
  const height = stage.offsetHeight;
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const copy = stage.cloneNode(true) as HTMLElement;
  copy.style.transform = "none";
  freezeMotion(stage, copy);
  await inlinePictures(stage, copy, scale);
  const style = document.createElement("style");
  const rules = Array.from(document.querySelectorAll("style")).map((node) => node.textContent || "");
  style.textContent = `${rules.join("\n")}\n${await fontRules()}\n* { animation: none !important; transition: none !important; }`;
  copy.insertBefore(style, copy.firstChild);
  const xml = new XMLSerializer().serializeToString(copy);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.round(width * scale)}" height="${Math.round(height * scale)}" viewBox="0 0 ${width} ${height}">` +
    `<foreignObject x="0" y="0" width="${width}" height="${height}">${xml}</foreignObject></svg>`;
  // As a data address: a picture from a blob would forbid to read the canvas.
  const picture = await load(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser has no canvas.");
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.82, 0.6, 0.4]) {
    const url = canvas.toDataURL("image/jpeg", quality);
    if (url.length < 900_000) return url;
  }
  throw new Error("The picture is too large.");
}

/** What moves stands in the copy where it is now. */
function freezeMotion(original: HTMLElement, copy: HTMLElement): void {
  const from = original.querySelectorAll(".sb-glow, .sb-float");
  const to = copy.querySelectorAll(".sb-glow, .sb-float");
  for (let at = 0; at < from.length; at++) (to[at] as HTMLElement).style.transform = getComputedStyle(from[at] as HTMLElement).transform;
}

/** Replaces pictures and films of the copy by what they show now. */
async function inlinePictures(original: HTMLElement, copy: HTMLElement, scale: number): Promise<void> {
  const from = original.querySelectorAll("img, video");
  const to = copy.querySelectorAll("img, video");
  for (let at = 0; at < from.length; at++) {
    const source = from[at] as HTMLImageElement | HTMLVideoElement;
    const target = to[at] as HTMLElement;
    const still = document.createElement("img");
    still.setAttribute("style", target.getAttribute("style") || "");
    still.className = target.className;
    still.src = stillOf(source, scale);
    if (target.parentNode) target.parentNode.replaceChild(still, target);
  }
}

function stillOf(source: HTMLImageElement | HTMLVideoElement, scale: number): string {
  const width = source instanceof HTMLVideoElement ? source.videoWidth : source.naturalWidth;
  const height = source instanceof HTMLVideoElement ? source.videoHeight : source.naturalHeight;
  const shrink = Math.min(1, (SIDE * Math.max(scale, 0.25)) / Math.max(1, width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * shrink));
  canvas.height = Math.max(1, Math.round(height * shrink));
  const context = canvas.getContext("2d");
  if (context && width > 0) context.drawImage(source, 0, 0, canvas.width, canvas.height);
  // Transparent pictures need PNG; photographs are a tenth of it as JPEG, and only they are large.
  const clear = context && hasClear(context, canvas);
  return canvas.toDataURL(clear ? "image/png" : "image/jpeg", 0.85);
}

function hasClear(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement): boolean {
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let at = 3; at < data.length; at += 4 * 7) if ((data[at] as number) < 255) return true;
  return false;
}

function load(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = () => reject(new Error("The browser cannot draw its own page."));
    setTimeout(() => reject(new Error("The browser did not draw its own page in time.")), 10_000);
    picture.src = url;
  });
}
