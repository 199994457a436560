import { backoff } from "./backoff.ts";
import type { FromServer, FromViewer } from "./messages.ts";
import { readMessage } from "./read_message.ts";

/** The session's subprotocol. */
export const PROTOCOL = "signboard.viewer.v1";
/** Something is said at least this often, in milliseconds. */
const TALK = 5_000;
/** Silence after which the other side is given up. */
const SILENCE = 15_000;
/** A session that lasted so long was no attempt, in milliseconds. */
const SETTLED = 5_000;
/** Many screens that lose the same server go to the next over as long as this, in milliseconds. */
const TOGETHER = 500;

export interface LinkListener {
  /** The first message of a session. */
  hello(): FromViewer;
  open(): void;
  message(message: FromServer): void;
  /** Something came that is no message; the session goes on. */
  unreadable(text: string): void;
  /** It broke. */
  closed(): void;
  /** It broke, or could not be made: whether there is another server to go to at once. */
  failed(): boolean;
}

/** Where a session is to be had, and by which subprotocols: the first is the session's, others say who asks. */
export interface Goal {
  address: string;
  protocols: string[];
}

/** Makes a socket; parted so that tests need no browser. */
export type Dial = (address: string, protocols: string[]) => WebSocket;

/** One session at a time, renewed for as long as it is wanted. */
export class Link {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private opened = 0;
  private heard = 0;
  private said = 0;
  private watch: ReturnType<typeof setInterval> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private wanted = false;

  /** `introduce` is done before each attempt: it makes the device known and its cookie set. */
  constructor(
    private readonly goal: () => Goal,
    private readonly introduce: () => Promise<void>,
    private readonly listener: LinkListener,
    private readonly dial: Dial = (to, protocols) => new WebSocket(to, protocols),
    private readonly chance: () => number = Math.random,
  ) {}

  get connected(): boolean {
    return this.socket !== null && this.socket.readyState === 1;
  }

  start(): void {
    this.wanted = true;
    this.connect();
  }

  /** Ends the session and makes no other. */
  stop(): void {
    this.wanted = false;
    clearTimeout(this.again);
    this.hangUp();
  }

  /** Tries at once, such as when the browser finds a network. */
  hurry(): void {
    if (!this.wanted || this.socket || this.again === undefined) return;
    this.attempt = 0;
    this.connect();
  }

  /** Whether it went out; without a session nothing is kept for later. */
  send(message: FromViewer): boolean {
    if (!this.connected) return false;
    this.said = Date.now();
    (this.socket as WebSocket).send(JSON.stringify(message));
    return true;
  }

  private connect(): void {
    clearTimeout(this.again);
    this.again = undefined;
    this.introduce().then(
      () => {
        if (this.wanted && !this.socket) this.open();
      },
      () => this.later(),
    );
  }

  private open(): void {
    let socket: WebSocket;
    try {
      const { address, protocols } = this.goal();
      socket = this.dial(address, protocols);
    } catch (refused) {
      return this.later();
    }
    this.socket = socket;
    this.opened = 0;
    this.heard = Date.now();
    this.watch = setInterval(() => this.look(), 1_000);
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.heard = this.opened = Date.now();
      this.send(this.listener.hello());
      this.listener.open();
    };
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.heard = Date.now();
      const message = readMessage(String(event.data));
      if (message === "strange") return;
      if (message === null) return this.listener.unreadable(String(event.data));
      // A session that speaks is a good one: the next break counts from the start.
      this.attempt = 0;
      this.listener.message(message);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.broken();
    };
  }

  private look(): void {
    const now = Date.now();
    // Either the device slept or the server is gone; and a clock that was set back must not count as silence.
    if (now < this.heard) this.heard = now;
    if (now - this.heard > SILENCE) return this.broken();
    if (now - this.said >= TALK || now < this.said) this.send({ type: "ping" });
  }

  /** Goes to another server: ends the session, and makes the next at once. */
  move(): void {
    if (!this.wanted) return;
    this.hangUp();
    this.listener.closed();
    this.connect();
  }

  /** Gives this session up: the server is none for this screen. */
  giveUp(): void {
    if (this.wanted && this.socket) this.broken();
  }

  private broken(): void {
    // One that ends as soon as it has begun is not renewed in haste.
    const brief = this.opened > 0 && Math.abs(Date.now() - this.opened) < SETTLED;
    this.hangUp();
    this.listener.closed();
    this.later(brief);
  }

  private hangUp(): void {
    clearInterval(this.watch);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close();
    } catch (closed) {
      // It was on its way out.
    }
  }

  private later(brief = false): void {
    if (!this.wanted) return;
    clearTimeout(this.again);
    const wait = this.listener.failed() && !brief ? TOGETHER * this.chance() : backoff(this.attempt++, this.chance());
    this.again = setTimeout(() => this.connect(), wait);
  }
}
