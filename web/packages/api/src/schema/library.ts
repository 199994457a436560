import type { Content, Id, Made, Millis, Resource, Size, Transition, Validity } from "./cells.ts";

export interface Media extends Made {
  name: string;
  folder: Id | null;
  hash: string;
  sha256: string;
  mime: string;
  bytes: number;
  width: number;
  height: number;
  duration_ms: number;
  has_audio: boolean;
  thumbnail: string | null;
  validity: Validity;
  attribution: string;
}

export interface Folder extends Made {
  name: string;
  parent: Id | null;
}

export interface Presentation extends Made {
  name: string;
  folder: Id | null;
  draft: string | null;
  head: Id | null;
}

export interface PageSummary {
  id: string;
  duration_ms: number;
  transition: Transition;
}

export interface Revision extends Resource {
  presentation: Id;
  parent: Id | null;
  body: string;
  canvas: Size;
  pages: PageSummary[];
  media: Id[];
  published_by: Id | null;
  published_at: Millis;
}

export interface Problem {
  page: string | null;
  element: string | null;
  code: string;
  text: string;
}

export interface Playlist extends Made {
  name: string;
  folder: Id | null;
  shuffle: boolean;
  transition: Transition;
}

export interface PlaylistItem extends Resource {
  playlist: Id;
  order: string;
  content: Content | null;
  duration_ms: number | null;
  validity: Validity;
}

export interface Upload {
  state: "receiving" | "checking" | "done" | "refused";
  received: number;
  length: number;
  media: Id | null;
  error: { code: string; message: string } | null;
}
