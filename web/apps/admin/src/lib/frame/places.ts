/** The entries of the rail, in order. */
import type { Role } from "@signboard/api";
import type { Key } from "@signboard/ui";
import Bell from "@lucide/svelte/icons/bell";
import CalendarDays from "@lucide/svelte/icons/calendar-days";
import GitCompareArrows from "@lucide/svelte/icons/git-compare-arrows";
import Gauge from "@lucide/svelte/icons/gauge";
import ListChecks from "@lucide/svelte/icons/list-checks";
import Images from "@lucide/svelte/icons/images";
import ListVideo from "@lucide/svelte/icons/list-video";
import MonitorPlay from "@lucide/svelte/icons/monitor-play";
import Network from "@lucide/svelte/icons/network";
import Presentation from "@lucide/svelte/icons/presentation";
import Server from "@lucide/svelte/icons/server";
import Settings from "@lucide/svelte/icons/settings";
import type { Component } from "svelte";

export interface Place {
  path: string;
  word: Key;
  icon: Component<{ size?: number; strokeWidth?: number }>;
  /** The letter that goes there after `g`. */
  letter: string;
  role?: Role;
  /** Stands in the bottom bar of narrow screens. */
  near?: boolean;
}

export const PLACES: Place[] = [
  { path: "/", word: "place.overview", icon: Gauge, letter: "o", near: true },
  { path: "/screens", word: "place.screens", icon: MonitorPlay, letter: "s", near: true },
  { path: "/library", word: "place.library", icon: Images, letter: "l", near: true },
  { path: "/presentations", word: "place.presentations", icon: Presentation, letter: "p" },
  { path: "/playlists", word: "place.playlists", icon: ListVideo, letter: "y" },
  { path: "/schedule", word: "place.schedule", icon: CalendarDays, letter: "c", near: true },
  { path: "/alerts", word: "place.alerts", icon: Bell, letter: "a" },
  { path: "/tasks", word: "place.tasks", icon: ListChecks, letter: "t" },
  { path: "/network", word: "place.network", icon: Network, letter: "n", role: "administrator" },
  { path: "/servers", word: "place.servers", icon: Server, letter: "v", role: "administrator" },
  { path: "/notices", word: "place.notices", icon: GitCompareArrows, letter: "i", role: "administrator" },
  { path: "/settings", word: "place.settings", icon: Settings, letter: "e" },
];

/** Whether a path lies in a place. */
export function within(path: string, place: Place): boolean {
  return place.path === "/" ? path === "/" : path === place.path || path.startsWith(`${place.path}/`);
}
