// Builds plans as the server sends them.
import { createHash } from "node:crypto";

const DAY = 86_400_000;

/** An item of a media file or of a page. */
export const mediaItem = (id, kind, media, duration_ms, transition = { kind: "fade", ms: 400 }) => ({ id, kind, duration_ms, transition, media, play: { content: { media }, media } });
export const pageItem = (id, body, page, duration_ms, transition = { kind: "fade", ms: 400 }) => ({
  id, kind: "page", duration_ms, transition, body: body.facts.hash, page, play: { content: { presentation: "p" }, revision: "r1" },
});

/** One program for a day round `now`, unless `slots` says otherwise. */
export function makePlan({ items, media = {}, bodies = [], fonts = [], viewer = {}, slots, programs = {}, urgent = false, now = Date.now(), shuffle = null, anchor }) {
  const from = Math.floor(now) - 3_600_000;
  const until = from + 14 * DAY;
  const plan = {
    from, until, urgent, made_at: Math.floor(now),
    viewer: { id: "11111111-1111-4111-8111-111111111111", name: "Gate 4", zone: "Europe/Berlin", rotation: 0, fit: "contain", volume: 100, muted: false, language: "en", ...viewer },
    zones: { "Europe/Berlin": [{ from: from - DAY, offset_s: 3600 }], "America/New_York": [{ from: from - DAY, offset_s: -18_000 }] },
    slots: slots || [{ from, until, anchor: anchor === undefined ? from : anchor, program: "a", row: "22222222-2222-4222-8222-222222222222", emergency: false }],
    programs: { a: { items, shuffle }, f: { items: [{ id: "standby", kind: "standby", duration_ms: 60_000, transition: { kind: "fade", ms: 600 } }], shuffle: null }, ...programs },
    fallback: "f",
    media: Object.fromEntries(Object.entries(media).map(([id, one]) => [id, one.facts])),
    bodies: Object.fromEntries(bodies.map((one) => [one.facts.hash, { sha256: one.facts.sha256, bytes: one.facts.bytes }])),
    fonts: fonts.map((one) => one.facts),
  };
  const { made_at: _made, urgent: _urgent, from: _from, ...rest } = plan;
  return { type: "plan", id: createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 32), ...plan };
}
