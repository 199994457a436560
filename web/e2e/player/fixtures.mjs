// Pictures, films, a body and the fonts: files as a server would have them, by hash. Made once by ffmpeg into the temporary folder.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(tmpdir(), "signboard-player-fixtures-1");

/** A file that ffmpeg makes, kept for the next run. */
export function make(name, words) {
  const path = join(folder, name);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path)) execFileSync("ffmpeg", ["-v", "error", "-y", ...words, path], { stdio: "inherit" });
  return readFileSync(path);
}

const picture = (name, from, to) =>
  make(name, ["-f", "lavfi", "-i", `gradients=s=1280x720:c0=${from}:c1=${to}:x0=0:y0=0:x1=1280:y1=720:nb_colors=2:speed=0.00001`, "-frames:v", "1", "-q:v", "3"]);
const film = (name, seconds, hue) =>
  make(name, [
    "-f", "lavfi", "-i", `testsrc2=s=1280x720:r=25:d=${seconds}`, "-f", "lavfi", "-i", `sine=f=330:d=${seconds}`,
    "-vf", `hue=h=${hue}`, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac", "-shortest", "-movflags", "+faststart",
  ]);

export const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A file with what the plan says of it. */
export function file(bytes, mime, more = {}) {
  return { bytes, mime, facts: { hash: sum(bytes), sha256: sum(bytes), bytes: bytes.length, mime, width: 1280, height: 720, duration_ms: 0, ...more } };
}

export function makeMedia() {
  return {
    dawn: file(picture("dawn.jpg", "0xf6b44b", "0x2e7ca8"), "image/jpeg"),
    dusk: file(picture("dusk.jpg", "0xc86b7a", "0x4656a0"), "image/jpeg"),
    film: file(film("film.mp4", 3, 0), "video/mp4", { duration_ms: 3000 }),
    reel: file(film("reel.mp4", 3, 140), "video/mp4", { duration_ms: 3000 }),
  };
}

/** Noise cannot be compressed: a file of exactly this size. */
export function largePicture(bytes) {
  const jpeg = picture("dawn.jpg", "0xf6b44b", "0x2e7ca8");
  const rest = Buffer.alloc(bytes - jpeg.length);
  for (let at = 0, state = 1; at < rest.length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rest.writeUInt32LE(state, Math.min(at, rest.length - 4));
  }
  return file(Buffer.concat([jpeg, rest]), "image/jpeg");
}

export function makeFonts() {
  const fonts = join(here, "../../packages/fonts");
  return JSON.parse(readFileSync(join(fonts, "fonts.json"), "utf8")).map((font) => {
    const { facts, ...rest } = file(readFileSync(join(fonts, "files", font.file)), "font/woff2");
    const { family, weight, style, range } = font;
    return { ...rest, facts: { family, weight, style, range, hash: facts.hash, sha256: facts.sha256, bytes: facts.bytes } };
  });
}

export const body = (pages, canvas = { width: 1920, height: 1080, background: "#17324a" }) => file(Buffer.from(JSON.stringify({ version: 1, canvas, pages })), "application/json");
