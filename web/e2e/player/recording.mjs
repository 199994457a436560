// Records a real screen: Chromium in kiosk mode on a virtual display, measured by ffmpeg at 30 frames a second.
import { spawn } from "node:child_process";

/** A virtual display of its own number. */
export async function openDisplay(width, height) {
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", `${width}x${height}x24`, "-nolisten", "tcp", "-noreset"], { stdio: ["ignore", "ignore", "inherit", "pipe"] });
  const number = await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`Xvfb ended with ${code}`)));
    server.stdio[3].once("data", (data) => resolve(String(data).trim()));
  });
  return { name: `:${number}`, close: () => server.kill() };
}

/** The mean brightness (0 to 255) of every frame of `seconds`, and their times. */
export async function measure(display, width, height, seconds) {
  const ffmpeg = spawn("ffmpeg", [
    "-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-framerate", "30", "-video_size", `${width}x${height}`, "-i", display, "-t", String(seconds),
    "-vf", "scale=320:-2:flags=area,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-", "-fps_mode", "passthrough", "-f", "null", "-",
  ], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  ffmpeg.stdout.on("data", (data) => (text += data));
  const code = await new Promise((resolve) => ffmpeg.once("close", resolve));
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  return [...text.matchAll(/pts_time:([\d.]+)\s+lavfi\.signalstats\.YAVG=([\d.]+)/g)].map((found) => ({ at: Number(found[1]), light: Number(found[2]) }));
}

/** The colours, three bytes each, of `columns` times `rows` points of every frame of `seconds`. No point is a mean of others. */
export async function samples(display, width, height, seconds, columns, rows) {
  const ffmpeg = spawn("ffmpeg", [
    "-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-framerate", "30", "-video_size", `${width}x${height}`, "-i", display, "-t", String(seconds),
    "-vf", `scale=${columns}:${rows}:flags=neighbor,setpts=N/30/TB`, "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-",
  ], { stdio: ["ignore", "pipe", "inherit"] });
  const pieces = [];
  ffmpeg.stdout.on("data", (data) => pieces.push(data));
  const code = await new Promise((resolve) => ffmpeg.once("close", resolve));
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  const all = Buffer.concat(pieces);
  const size = columns * rows * 3;
  return Array.from({ length: Math.floor(all.length / size) }, (_, at) => Array.from({ length: columns * rows }, (_, point) => [...all.subarray(at * size + point * 3, at * size + point * 3 + 3)]));
}
