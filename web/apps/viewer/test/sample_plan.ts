// One plan and one body that use everything there is: what the tests damage.
import type { Body, Plan } from "@signboard/model";

const sum = "a".repeat(64);
const cut = { kind: "cut" as const, ms: 0 };
const fade = { kind: "fade" as const, ms: 400 };

/** Every instant of the slots lies from 0 to this. */
export const HORIZON = 100_000;

export const BODY: Body = {
  version: 1,
  canvas: { width: 1920, height: 1080, background: "#17324a" },
  pages: [
    {
      id: "p1", duration_ms: 2000, background: "#ffffff", transition: fade,
      elements: [
        { id: "t", kind: "text", frame: { x: 0, y: 0, w: 900, h: 200 }, text: "Ferry", size: 90, font: "Inter", fill: "#102030" },
        { id: "i", kind: "image", frame: { x: 0, y: 200, w: 900, h: 200 }, media: "m1", radius: 9 },
        { id: "v", kind: "video", frame: { x: 900, y: 200, w: 900, h: 200 }, media: "m2", volume: 50 },
        { id: "c", kind: "clock", frame: { x: 900, y: 0, w: 900, h: 200 }, format: "HH:mm:ss", zone: "Europe/Berlin", language: "nl" },
        { id: "s", kind: "shape", frame: { x: 0, y: 900, w: 1920, h: 180 }, shape: "rectangle", gradient: { from: "#102030", to: "#405060", angle: 90 }, stroke: { colour: "#ffffff", width: 2 } },
      ],
    },
    { id: "p2", duration_ms: 1000, elements: [{ id: "i", kind: "image", frame: { x: 0, y: 0, w: 9, h: 9 }, media: "m3" }] },
  ],
};

export const PLAN: Plan = {
  id: "plan-1", made_at: 5, from: 0, until: HORIZON, urgent: false,
  viewer: { id: "v", name: "Gate 4", installation: "Pier", zone: "Europe/Berlin", rotation: 90, fit: "cover", volume: 80, muted: false, language: "de" },
  zones: { "Europe/Berlin": [{ from: 0, offset_s: 3600 }, { from: 50_000, offset_s: 7200 }] },
  slots: [
    { from: 0, until: 40_000, anchor: -500, program: "a", row: "r1", emergency: false },
    { from: 40_000, until: 60_000, anchor: 40_000, program: "b", row: "r2", emergency: true },
    { from: 60_000, until: HORIZON, anchor: 0, program: "f", row: null, emergency: false },
  ],
  programs: {
    a: {
      items: [
        { id: "p1", kind: "page", duration_ms: 2000, transition: fade, body: "B1", page: "p1", play: { content: { presentation: "p" }, revision: "r" } },
        { id: "p2", kind: "page", duration_ms: 1000, transition: fade, body: "B1", page: "p2", play: { content: { presentation: "p" }, revision: "r" } },
        { id: "i1", kind: "image", duration_ms: 3000, transition: cut, media: "m1", play: { content: { media: "m1" }, media: "m1" } },
      ],
      shuffle: { seed: "playlist", blocks: [[0, 1], [2]] },
    },
    b: { items: [{ id: "v1", kind: "video", duration_ms: 3000, transition: fade, media: "m2" }], shuffle: null },
    f: { items: [{ id: "standby", kind: "standby", duration_ms: 60_000, transition: fade }], shuffle: null },
  },
  fallback: "f",
  fallback_anchor: 0,
  media: {
    m1: { hash: "H1", sha256: sum, bytes: 10, mime: "image/jpeg", width: 10, height: 10, duration_ms: 0, valid_from: 1000, valid_until: 30_000 },
    m2: { hash: "H2", sha256: sum, bytes: 10, mime: "video/mp4", width: 10, height: 10, duration_ms: 3000, valid_from: null, valid_until: null },
    m3: { hash: "H3", sha256: sum, bytes: 10, mime: "image/png", width: 10, height: 10, duration_ms: 0 },
  },
  bodies: { B1: { sha256: sum, bytes: 10 } },
  fonts: [{ family: "Inter", weight: "100 900", style: "normal", range: "U+0000-00FF", hash: "F1", sha256: sum, bytes: 10 }],
};
