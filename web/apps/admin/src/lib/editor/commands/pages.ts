/** Commands on whole pages. */
import type { Body, BodyPage } from "@signboard/api";
import { type Command, freeId, onPage } from "./command.ts";

const ids = (body: Body) => body.pages.map((page) => page.id);
const after = (body: Body, at: string, page: BodyPage): Body => {
  const place = body.pages.findIndex((one) => one.id === at) + 1;
  return { ...body, pages: [...body.pages.slice(0, place), page, ...body.pages.slice(place)] };
};

export function addPage(at: string, page: BodyPage): Command {
  return { key: "add-page", apply: (body) => after(body, at, { ...page, id: freeId(page.id, ids(body)) }) };
}

export function duplicatePage(id: string, wish: string): Command {
  return {
    key: "duplicate-page",
    apply: (body) => {
      const page = body.pages.find((one) => one.id === id);
      return page ? after(body, id, { ...page, id: freeId(wish, ids(body)) }) : body;
    },
  };
}

/** The last page stays: a presentation has at least one. */
export function removePage(id: string): Command {
  return { key: "remove-page", apply: (body) => (body.pages.length > 1 ? { ...body, pages: body.pages.filter((page) => page.id !== id) } : body) };
}

export function movePage(id: string, place: number): Command {
  return {
    key: "move-page",
    apply: (body) => {
      const page = body.pages.find((one) => one.id === id);
      if (!page) return body;
      const rest = body.pages.filter((one) => one.id !== id);
      return { ...body, pages: [...rest.slice(0, place), page, ...rest.slice(place)] };
    },
  };
}

export function changePage(id: string, members: Partial<Omit<BodyPage, "id" | "elements">>): Command {
  return { key: `change-page ${id} ${Object.keys(members).join(" ")}`, apply: (body) => onPage(body, id, (page) => ({ ...page, ...members })) };
}

export function changeCanvas(members: Partial<Body["canvas"]>): Command {
  return { key: `change-canvas ${Object.keys(members).join(" ")}`, apply: (body) => ({ ...body, canvas: { ...body.canvas, ...members } }) };
}
