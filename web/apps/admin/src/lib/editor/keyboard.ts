/** The keys of the editor. Returns whether the key was one of them. */
import { addElements } from "./commands/add-elements.ts";
import { orderElements } from "./commands/order-elements.ts";
import { placeElements } from "./commands/place-elements.ts";
import { removeElements } from "./commands/remove-elements.ts";
import { clipboard } from "./clipboard.ts";
import type { Draft } from "./draft.svelte.ts";
import { freshId } from "./fresh.ts";
import { move } from "./kernels/geometry.ts";

export interface Reach {
  zoomFit: () => void;
  zoomBy: (factor: number) => void;
  editText: (id: string) => void;
}

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function duplicate(draft: Draft, by = 20): void {
  const copies = draft.chosen.map((element) => ({ ...element, id: freshId(element.kind), frame: move(element.frame, { x: by, y: by }) }));
  if (copies.length === 0) return;
  draft.run(addElements(draft.page.id, copies));
  draft.selected = copies.map((copy) => copy.id);
}

export function paste(draft: Draft): void {
  const copies = clipboard.get().map((element) => ({ ...element, id: freshId(element.kind) }));
  if (copies.length === 0) return;
  draft.run(addElements(draft.page.id, copies));
  draft.selected = copies.map((copy) => copy.id);
}

export function typedInEditor(event: KeyboardEvent, draft: Draft, reach: Reach): boolean {
  const page = draft.page.id;
  const chosen = draft.chosen.filter((element) => !element.locked);
  const ids = chosen.map((element) => element.id);
  const key = event.key.toLowerCase();
  const arrow = ARROWS[event.key];
  const target = event.target as HTMLElement;
  // What has the focus keeps the keys by which a keyboard uses it: whoever presses Publish does not mean the text.
  if (event.key === "Enter" && target.closest("a,button,summary")) return false;
  if ((arrow || event.key.startsWith("Page")) && target.getAttribute("role") === "region") return false;

  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? done(draft.redo()) : done(draft.undo());
    if (key === "y") return done(draft.redo());
    if (key === "s") return done(void draft.save());
    if (key === "a") return done((draft.selected = draft.page.elements.filter((element) => !element.locked && !element.hidden).map((element) => element.id)));
    if (key === "d") return done(duplicate(draft));
    if (key === "c" && ids.length > 0) return done(clipboard.put(chosen));
    if (key === "x" && ids.length > 0) {
      clipboard.put(chosen);
      return done(draft.run(removeElements(page, ids)));
    }
    if (key === "v") return done(paste(draft));
    if (event.key === "ArrowUp") return done(draft.run(orderElements(page, ids, event.shiftKey ? "front" : "up")));
    if (event.key === "ArrowDown") return done(draft.run(orderElements(page, ids, event.shiftKey ? "back" : "down")));
    if (key === "=" || key === "+") return done(reach.zoomBy(1.25));
    if (key === "-") return done(reach.zoomBy(0.8));
    return key === "0" ? done(reach.zoomFit()) : false;
  }
  if (arrow && ids.length > 0) {
    const far = event.shiftKey ? 10 : 1;
    const placings = chosen.map((element) => [element.id, { frame: move(element.frame, { x: arrow[0] * far, y: arrow[1] * far }), rotation: element.rotation ?? 0 }] as const);
    return done(draft.run(placeElements(page, new Map(placings), `nudge ${ids.join(" ")}`)));
  }
  if ((event.key === "Delete" || event.key === "Backspace") && ids.length > 0) return done(draft.run(removeElements(page, ids)));
  if (event.key === "Escape" && draft.selected.length > 0) return done((draft.selected = []));
  if (event.key === "Enter" && chosen.length === 1 && chosen[0]?.kind === "text") return done(reach.editText(chosen[0].id));
  if (event.shiftKey && event.code === "Digit1") return done(reach.zoomFit());
  if (event.key === "Tab" && draft.page.elements.length > 0 && target.getAttribute("role") === "application") {
    const list = draft.page.elements.filter((element) => !element.locked && !element.hidden);
    const place = list.findIndex((element) => element.id === draft.selected[0]);
    const next = list[place + (event.shiftKey ? -1 : 1)];
    // Past the last element the focus goes on to the panels, so that nobody is caught on the canvas.
    if (!next || (place < 0 && event.shiftKey)) return false;
    return done((draft.selected = [next.id]));
  }
  const step = { PageDown: 1, PageUp: -1 }[event.key];
  if (step) {
    const next = draft.body.pages[draft.body.pages.indexOf(draft.page) + step];
    return next ? done(draft.show(next.id)) : true;
  }
  return false;
}

function done(_result: unknown): true {
  return true;
}
