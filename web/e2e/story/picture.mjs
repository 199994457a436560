// Pixels of a screenshot: a PNG of eight bits a channel, read without a library (PNG, third edition, sections 7 to 10).
import { inflateSync } from "node:zlib";

const CHANNELS = { 2: 3, 6: 4 };

function paeth(left, above, corner) {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

export class Picture {
  /** `data`: three bytes a pixel. */
  constructor(width, height, data) {
    Object.assign(this, { width, height, data });
  }

  static ofPng(png) {
    const parts = [];
    let head;
    for (let at = 8; at < png.length; ) {
      const length = png.readUInt32BE(at);
      const kind = png.toString("latin1", at + 4, at + 8);
      const body = png.subarray(at + 8, at + 8 + length);
      if (kind === "IHDR") head = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth: body[8], channels: CHANNELS[body[9]], interlace: body[12] };
      if (kind === "IDAT") parts.push(body);
      at += length + 12;
    }
    if (!head || head.depth !== 8 || !head.channels || head.interlace !== 0) throw new Error("not a screenshot's PNG");
    const { width, height, channels } = head;
    const packed = inflateSync(Buffer.concat(parts));
    const stride = width * channels;
    const lines = Buffer.alloc(stride * height);
    for (let y = 0; y < height; y++) {
      const filter = packed[y * (stride + 1)];
      for (let x = 0; x < stride; x++) {
        const left = x >= channels ? lines[y * stride + x - channels] : 0;
        const above = y > 0 ? lines[(y - 1) * stride + x] : 0;
        const corner = x >= channels && y > 0 ? lines[(y - 1) * stride + x - channels] : 0;
        const guess = [0, left, above, (left + above) >> 1, 0][filter] + (filter === 4 ? paeth(left, above, corner) : 0);
        lines[y * stride + x] = packed[y * (stride + 1) + 1 + x] + guess;
      }
    }
    if (channels === 3) return new Picture(width, height, lines);
    const data = Buffer.alloc(width * height * 3);
    for (let at = 0; at < width * height; at++) lines.copy(data, at * 3, at * 4, at * 4 + 3);
    return new Picture(width, height, data);
  }

  /** A region, in whole pixels. */
  crop({ x, y, width, height }) {
    const data = Buffer.alloc(width * height * 3);
    for (let line = 0; line < height; line++) this.data.copy(data, line * width * 3, ((y + line) * this.width + x) * 3, ((y + line) * this.width + x + width) * 3);
    return new Picture(width, height, data);
  }

  /** Mean red, green and blue of a region. */
  mean(x = 0, y = 0, width = this.width, height = this.height) {
    const sum = [0, 0, 0];
    for (let line = y; line < y + height; line++) {
      for (let at = (line * this.width + x) * 3; at < (line * this.width + x + width) * 3; at += 3) {
        for (let channel = 0; channel < 3; channel++) sum[channel] += this.data[at + channel];
      }
    }
    return sum.map((one) => one / (width * height));
  }

  /** Mean difference of all channels to another picture of the same size, 0 to 255. */
  difference(other) {
    if (other.width !== this.width || other.height !== this.height) throw new Error(`${this.width} x ${this.height} against ${other.width} x ${other.height}`);
    let sum = 0;
    for (let at = 0; at < this.data.length; at++) sum += Math.abs(this.data[at] - other.data[at]);
    return sum / this.data.length;
  }
}
