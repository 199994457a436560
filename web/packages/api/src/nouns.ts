/** The nouns of the API with the type of their resources, and the kinds of live events that name them. */
import type { DownloadRule, OnHours, Recipient } from "./schema/alerts.ts";
import type { EnrolmentToken, ExpectedDevice } from "./schema/enrolment.ts";
import type { Folder, Media, Playlist, PlaylistItem, Presentation, Revision } from "./schema/library.ts";
import type { NetworkCard } from "./schema/network.ts";
import type { Grant, Token, User } from "./schema/people.ts";
import type { Priority, Schedule } from "./schema/schedule.ts";
import type { Device, Group, Membership, Viewer, ViewerSettings } from "./schema/screens.ts";
import type { Task } from "./schema/tasks.ts";

export interface Nouns {
  media: Media;
  folders: Folder;
  presentations: Presentation;
  revisions: Revision;
  playlists: Playlist;
  "playlist-items": PlaylistItem;
  viewers: Viewer;
  devices: Device;
  groups: Group;
  memberships: Membership;
  "network-cards": NetworkCard;
  "enrolment-tokens": EnrolmentToken;
  "expected-devices": ExpectedDevice;
  schedules: Schedule;
  priorities: Priority;
  users: User;
  grants: Grant;
  tokens: Token;
  tasks: Task;
  recipients: Recipient;
  "on-hours": OnHours;
  "download-rules": DownloadRule;
  "viewer-settings": ViewerSettings;
}

export type Noun = keyof Nouns;

/** The kind of document in the log, such as `playlist_item`, of each noun. */
export const KIND: Record<Noun, string> = {
  media: "media",
  folders: "folder",
  presentations: "presentation",
  revisions: "revision",
  playlists: "playlist",
  "playlist-items": "playlist_item",
  viewers: "viewer",
  devices: "device",
  groups: "group",
  memberships: "membership",
  "network-cards": "network_card",
  "enrolment-tokens": "enrolment_token",
  "expected-devices": "expected_device",
  schedules: "schedule",
  priorities: "priority",
  users: "user",
  grants: "grant",
  tokens: "token",
  tasks: "task",
  recipients: "recipient",
  "on-hours": "on_hours",
  "download-rules": "download_rule",
  "viewer-settings": "viewer_settings",
};
