/** Pictures of the mock's library, drawn as SVG: a harbour in a few moods. */

export interface Mood {
  sky: [string, string];
  sea: string;
  sun: string;
}

export const MOODS: Record<string, Mood> = {
  dusk: { sky: ["#2b2350", "#f28a4b"], sea: "#1d2a4a", sun: "#ffd9a0" },
  noon: { sky: ["#4b93d1", "#cfe8f7"], sea: "#1f6f94", sun: "#ffffff" },
  night: { sky: ["#05080f", "#1b2a4a"], sea: "#0a1526", sun: "#dfe8ff" },
  mist: { sky: ["#8a99a6", "#dfe5e8"], sea: "#6f8590", sun: "#f7f3e8" },
  dawn: { sky: ["#35507a", "#f6c9b0"], sea: "#3c5b78", sun: "#fff1d6" },
};

export function harbour(mood: Mood, width: number, height: number): Buffer {
  const horizon = height * 0.62;
  const hull = width * 0.3;
  const waves = Array.from({ length: 9 }, (_, n) => {
    const y = horizon + ((n + 1) * (height - horizon)) / 10;
    return `<path d="M0 ${y} q ${width / 16} ${-6 - n} ${width / 8} 0 t ${width / 8} 0 t ${width / 8} 0 t ${width / 8} 0 t ${width / 8} 0 t ${width / 8} 0 t ${width / 8} 0 t ${width / 8} 0" fill="none" stroke="#fff" stroke-opacity="${0.05 + n * 0.012}" stroke-width="${2 + n}"/>`;
  }).join("");
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${mood.sky[0]}"/><stop offset="1" stop-color="${mood.sky[1]}"/></linearGradient></defs>` +
      `<rect width="100%" height="100%" fill="url(#s)"/><circle cx="${width * 0.7}" cy="${horizon - height * 0.13}" r="${Math.min(width, height) * 0.08}" fill="${mood.sun}" opacity=".9"/>` +
      `<path d="M0 ${horizon - height * 0.06} l ${width * 0.16} ${-height * 0.05} l ${width * 0.2} ${height * 0.06} l ${width * 0.2} ${-height * 0.02} l ${width * 0.5} ${height * 0.07} V ${horizon} H 0z" fill="${mood.sky[0]}" opacity=".45"/>` +
      `<rect y="${horizon}" width="100%" height="${height - horizon}" fill="${mood.sea}"/>${waves}` +
      `<g transform="translate(${width * 0.18} ${horizon - height * 0.09})"><path d="M0 ${height * 0.08} h ${hull} l ${-hull * 0.09} ${height * 0.07} h ${-hull * 0.8} z" fill="#f4f6f8"/><rect x="${hull * 0.2}" y="${height * 0.03}" width="${hull * 0.55}" height="${height * 0.05}" fill="#dfe5ea"/><rect x="${hull * 0.5}" y="${-height * 0.025}" width="${hull * 0.1}" height="${height * 0.055}" fill="#e4572e"/></g></svg>`,
  );
}
