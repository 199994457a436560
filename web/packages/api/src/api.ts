/** The calls of the API that are more than list, find, make, change and remove. */
import type { Client } from "./client.ts";
import type { Noun, Nouns } from "./nouns.ts";
import type { Alert, AlertRules, Delivery, Downloads, MailAccount } from "./schema/alerts.ts";
import type { Body } from "./schema/body.ts";
import type { Content, Id, Millis, Page, Role } from "./schema/cells.ts";
import type { Enrolment, ExpectedLine } from "./schema/enrolment.ts";
import type { PlaylistItem, Problem, Revision } from "./schema/library.ts";
import type { CardLine, CardsTaken, Finding, NetworkView, Waking } from "./schema/network.ts";
import type { Installation, Session, User } from "./schema/people.ts";
import type { Alteration, Schedule, Slot, TakenDown, Why } from "./schema/schedule.ts";
import type { PendingDevice, ScreenshotFacts, Viewer, ViewerStatus } from "./schema/screens.ts";
import type { Notice } from "./schema/notices.ts";
import type { Arrival, Keeps, LineLimit, ServerHistory, ServerRole, ServersView, ServerToken, Succession } from "./schema/servers.ts";
import type { Task, TaskRun } from "./schema/tasks.ts";

type Filter = Record<string, string | number | boolean | null | undefined>;

export interface SetUp {
  link: string;
  name: string;
  language: string;
  zone: string;
  public_address: string;
  login: string;
  password: string;
  user_name: string;
}

export interface Approval {
  code: string;
  viewer?: Id;
  name?: string;
  groups?: Id[];
  zone?: string;
}

/** Typed calls over one client. */
export function calls(client: Client) {
  return {
    list: <N extends Noun>(noun: N, filter: Filter = {}) => client.get<Page<Nouns[N]>>(`/${noun}`, filter),
    find: <N extends Noun>(noun: N, id: Id) => client.get<Nouns[N]>(`/${noun}/${id}`),
    make: <N extends Noun>(noun: N, members: Partial<Nouns[N]> & Record<string, unknown>) =>
      client.post<Nouns[N]>(`/${noun}`, members, { key: crypto.randomUUID?.() }),
    change: <N extends Noun>(noun: N, id: Id, members: Partial<Nouns[N]>, match?: string) => client.patch<Nouns[N]>(`/${noun}/${id}`, members, { match }),
    /** Answers which screens it cleared, where the noun has to do with screens. */
    remove: (noun: Noun, id: Id) => client.delete<TakenDown | undefined>(`/${noun}/${id}`),
    restore: <N extends Noun>(noun: N, id: Id) => client.post<Nouns[N]>(`/${noun}/${id}/restore`),

    isSetUp: () => client.get<{ set_up: boolean }>("/setup"),
    setUp: (setUp: SetUp) => client.post<Session>("/setup", setUp),
    signIn: (login: string, password: string) => client.post<Session>("/session", { login, password }),
    session: () => client.get<Session>("/session"),
    signOut: () => client.delete<undefined>("/session"),
    installation: () => client.get<Installation>("/installation"),
    changeInstallation: (members: Partial<Installation>) => client.patch<Installation>("/installation", members),

    draft: (id: Id) => client.call<Body>("GET", `/presentations/${id}/draft`, {}),
    saveDraft: (id: Id, body: Body, match: string) => client.call<{ draft: string }>("PUT", `/presentations/${id}/draft`, { body, match }),
    publish: (id: Id) => client.post<Revision>(`/presentations/${id}/publish`),
    unpublish: (id: Id) => client.post<TakenDown>(`/presentations/${id}/unpublish`),
    revert: (id: Id, revision: Id) => client.post<Revision>(`/presentations/${id}/revert`, { revision }),
    problems: (id: Id) => client.get<Problem[]>(`/presentations/${id}/problems`),
    revisionBody: (id: Id) => client.get<Body>(`/revisions/${id}/body`),

    addItem: (playlist: Id, item: { content: Content; after?: Id; duration_ms?: number }) => client.post<PlaylistItem>(`/playlists/${playlist}/items`, item),
    moveItem: (item: Id, after: Id | null) => client.post<PlaylistItem>(`/playlist-items/${item}/move`, { after }),

    pending: () => client.get<PendingDevice[]>("/devices/pending"),
    makeUser: (user: { login: string; name: string; language: string; password: string }) => client.post<User>("/users", user),
    setPassword: (user: Id, password: string, present?: string) => client.call<unknown>("PUT", `/users/${user}/password`, { body: { password, present } }),
    makeToken: (token: { name: string; role: Role; expires_at?: Millis }) => client.post<{ id: Id; secret: string }>("/tokens", token),

    enrolment: () => client.get<Enrolment>("/enrolment"),
    changeEnrolment: (members: { by_list?: boolean; automatic?: boolean; password?: string }) => client.patch<Enrolment>("/enrolment", members),
    makeEnrolmentToken: (token: { name: string; group?: Id; uses: number; expires_at?: Millis }) => client.post<{ id: Id; secret: string }>("/enrolment-tokens", token),
    takeExpected: (lines: ExpectedLine[]) => client.post<{ made: number; known: number }>("/expected-devices/list", lines, { key: crypto.randomUUID?.() }),

    approve: (approval: Approval) => client.post<Viewer>("/devices/approve", approval),
    revoke: (device: Id) => client.post<unknown>(`/devices/${device}/revoke`),
    command: (viewer: Id, kind: "identify" | "reload" | "screenshot") => client.post<unknown>(`/viewers/${viewer}/commands`, { kind }),
    /** The screenshots of a screen that are kept, the newest first. */
    screenshots: (viewer: Id) => client.get<ScreenshotFacts[]>(`/viewers/${viewer}/screenshots`),
    statuses: () => client.get<ViewerStatus[]>("/viewers/status"),
    timetable: (viewer: Id, from: Millis, until: Millis) => client.get<Slot[]>(`/viewers/${viewer}/timetable`, { from, until }),
    why: (viewer: Id, at: Millis) => client.get<Why>(`/viewers/${viewer}/why`, { at }),

    network: () => client.get<NetworkView>("/network"),
    servers: () => client.get<ServersView>("/servers/overview"),
    makeServerToken: (wish: { name: string; role: ServerRole; parent?: Id; read_only: boolean }) => client.post<ServerToken>("/server-tokens", wish),
    /** Makes the server that answers the Main. A planned switch may take half a minute. */
    promoteServer: (planned: boolean) => client.post<{ main: Id; epoch: number }>("/servers/promote", { planned }),
    /** Names the servers that vote for the Main; none: nobody takes over by itself. */
    nameVoters: (servers: Id[], seconds: number) => client.call<Succession>("PUT", "/servers/voters", { body: { servers, seconds } }),
    /** Lets the state of that server take the place of the one that answers. */
    rebuildFrom: (id: Id) => client.post<undefined>(`/servers/${id}/rebuild-from`),
    goOnWithoutLost: () => client.post<undefined>("/servers/go-on"),
    changeServer: (id: Id, members: { read_only?: false; site?: string; keeps?: Keeps; limits?: LineLimit[] }) => client.patch<unknown>(`/servers/${id}`, members),
    checkMedia: () => client.post<undefined>("/servers/check-media"),
    retireServer: (id: Id) => client.post<undefined>(`/servers/${id}/retire`),
    /** The last day of the servers. */
    serversHistory: () => client.get<ServerHistory>("/servers/history"),
    /** Which servers have a change. */
    arrival: (dot: string) => client.get<Arrival>(`/changes/${encodeURIComponent(dot)}`),
    notices: (filter: { open?: boolean; document?: Id; limit?: number; cursor?: string } = {}) => client.get<Page<Notice>>("/notices", filter),
    resolveNotice: (id: Id) => client.post<undefined>(`/notices/${id}/resolve`),
    /** Puts the value back that did not stand. */
    takeNotice: (id: Id) => client.post<undefined>(`/notices/${id}/take`),
    /** What the doctor finds on the server's machine. Takes a few seconds. */
    findings: () => client.get<Finding[]>("/network/findings"),
    takeCards: (lines: CardLine[]) => client.post<CardsTaken>("/network-cards/list", lines, { key: crypto.randomUUID?.() }),
    wakeViewer: (viewer: Id) => client.post<Waking>(`/viewers/${viewer}/wake`),
    wakeGroup: (group: Id) => client.post<Waking>(`/groups/${group}/wake`),

    /** What is raised now. */
    openAlerts: () => client.get<Page<Alert>>("/alerts/open"),
    acknowledgeAlert: (alert: Id) => client.post<Alert>(`/alerts/${alert}/acknowledge`),
    alerts: (filter: Filter) => client.get<Page<Alert>>("/alerts", filter),
    alertRules: () => client.get<AlertRules>("/alert-rules"),
    changeAlertRules: (members: Partial<AlertRules>) => client.patch<AlertRules>("/alert-rules", members),
    mailAccount: () => client.get<MailAccount>("/mail-account"),
    changeMailAccount: (members: Partial<MailAccount>) => client.patch<MailAccount>("/mail-account", members),
    /** Tells a recipient something to try it out; answers with what the other end said. */
    testRecipient: (recipient: Id) => client.post<Delivery>("/notify/test", { recipient }),
    deliveries: () => client.get<Delivery[]>("/notify/deliveries"),
    downloads: () => client.get<Downloads>("/downloads"),

    /** How a task went at each screen, what was due last first. */
    taskRuns: (task: Id, filter: Filter = {}) => client.get<Page<TaskRun>>(`/tasks/${task}/runs`, filter),
    screenRuns: (viewer: Id, filter: Filter = {}) => client.get<Page<TaskRun>>(`/viewers/${viewer}/tasks`, filter),
    cancelTask: (task: Id) => client.post<Task>(`/tasks/${task}/cancel`),

    takeDown: (row: Id) => client.post<TakenDown>(`/schedules/${row}/take-down`),
    raise: (row: Id) => client.post<Schedule>(`/schedules/${row}/raise`),
    lower: (row: Id) => client.post<Schedule>(`/schedules/${row}/lower`),
    previewRow: (row: Partial<Schedule> | null, replaces?: Id) => client.post<Alteration[]>("/schedules/preview", { row, replaces }),
  };
}

export type Api = ReturnType<typeof calls>;

/** Where the file of a media record and its small picture lie. */
export const fileUrl = (id: Id): string => `/api/v1/media/${id}/file`;
export const thumbnailUrl = (id: Id): string => `/api/v1/media/${id}/thumbnail`;
/** What a run brought. */
export const runFileUrl = (run: Id): string => `/api/v1/task-runs/${run}/file`;
/** One of the screenshots that are kept. */
export const keptScreenshotUrl = (viewer: Id, at: Millis): string => `/api/v1/viewers/${viewer}/screenshots/${at}`;
export const screenshotUrl = (viewer: Id, at: Millis): string => `/api/v1/viewers/${viewer}/screenshot#${at}`;
