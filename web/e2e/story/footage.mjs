// A photograph and a film as people would upload them. Every frame of the film carries its number as a strip of black and white cells.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Picture } from "./picture.mjs";

export const WIDTH = 1280;
export const HEIGHT = 720;
export const RATE = 25;
/** Height of the strip at the film's lower edge, in its pixels. */
export const STRIP = 80;
/** White, black, then ten digits of the number in Gray code: a frame caught between two numbers is wrong by one at most. */
const DIGITS = 10;
const CELLS = DIGITS + 2;

function ffmpeg(words, input) {
  return execFileSync("ffmpeg", ["-v", "error", "-y", ...words], { input, maxBuffer: 64 << 20, stdio: ["pipe", "pipe", "inherit"] });
}

/** A picture without fine detail, so that scaling changes it little: its regions can be compared. */
export function makePhoto(folder) {
  const path = join(folder, "pier at noon.jpg");
  ffmpeg([
    "-f", "lavfi", "-i", "gradients=s=1600x1200:c0=0x1f6f8b:c1=0xf2b441:x0=0:y0=0:x1=1600:y1=0:nb_colors=2:speed=0.00001",
    "-vf", "drawbox=x=200:y=200:w=400:h=300:color=0xd1495b:t=fill,drawbox=x=1000:y=700:w=400:h=300:color=0x2e4057:t=fill", "-frames:v", "1", "-q:v", "2", path,
  ]);
  return path;
}

/** The strip of frame `number`: one line of grey pixels. */
function strip(number) {
  const code = number ^ (number >> 1);
  const cells = [1, 0, ...Array.from({ length: DIGITS }, (_, place) => (code >> (DIGITS - 1 - place)) & 1)];
  return Buffer.from(Array.from({ length: WIDTH }, (_, x) => (cells[Math.floor((x * CELLS) / WIDTH)] ? 235 : 16)));
}

/** A film of so many seconds with sound; frame n shows n. */
export function makeFilm(folder, seconds) {
  const path = join(folder, "evening ferry.mp4");
  const frames = Array.from({ length: seconds * RATE }, (_, number) => {
    const line = strip(number);
    return Buffer.concat(Array.from({ length: STRIP }, () => line));
  });
  ffmpeg([
    "-f", "lavfi", "-i", `testsrc2=s=${WIDTH}x${HEIGHT - STRIP}:r=${RATE}:d=${seconds}`,
    "-f", "rawvideo", "-pix_fmt", "gray", "-s", `${WIDTH}x${STRIP}`, "-r", String(RATE), "-i", "pipe:0",
    "-f", "lavfi", "-i", `sine=f=330:d=${seconds}`,
    "-filter_complex", "[1:v]format=rgb24[strip];[0:v]format=rgb24[above];[above][strip]vstack,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[film]", "-map", "[film]", "-map", "2:a",
    "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-g", String(RATE), "-c:a", "aac", "-shortest", "-movflags", "+faststart", path,
  ], Buffer.concat(frames));
  return path;
}

/** Reads the number back from a picture of the whole film, of any size; null where there is no strip. */
export function readNumber(picture) {
  const line = Math.round(picture.height * (1 - STRIP / HEIGHT / 2));
  const cell = picture.width / CELLS;
  const light = Array.from({ length: CELLS }, (_, at) => picture.mean(Math.round((at + 0.3) * cell), line - 2, Math.round(cell * 0.4), 4).reduce((sum, one) => sum + one, 0) / 3);
  if (light[0] < 160 || light[1] > 90) return null;
  const middle = (light[0] + light[1]) / 2;
  let number = 0;
  let digit = 0;
  for (const one of light.slice(2)) {
    digit ^= one > middle ? 1 : 0;
    number = number * 2 + digit;
  }
  return number;
}

/** A picture file, or the film's frame at a time in seconds, as another decoder than the browser's sees it. */
export function decode(path, width, height, at = 0) {
  const data = ffmpeg([...(at > 0 ? ["-ss", String(at)] : []), "-i", path, "-frames:v", "1", "-vf", `scale=${width}:${height}:flags=area`, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
  if (data.length !== width * height * 3) throw new Error(`${path} decodes to ${data.length} bytes`);
  return new Picture(width, height, data);
}
