import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Link, PROTOCOL } from "./link.ts";
import type { FromServer } from "./messages.ts";

class Socket {
  static made: Socket[] = [];
  readyState = 0;
  sent: { type: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly address: string, readonly protocols: string[]) {
    Socket.made.push(this);
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  hear(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

function bench(introduce: () => Promise<void> = () => Promise.resolve()) {
  const heard: FromServer[] = [];
  const state = { open: 0, closed: 0, introduced: 0, unreadable: 0, others: false };
  const link = new Link(
    () => ({ address: "ws://h/s", protocols: [PROTOCOL] }),
    () => {
      state.introduced++;
      return introduce();
    },
    { hello: () => ({ type: "ping" }), open: () => void state.open++, message: (message) => void heard.push(message), closed: () => void state.closed++, failed: () => state.others, unreadable: () => void state.unreadable++ },
    (address, protocols) => new Socket(address, protocols) as unknown as WebSocket,
    () => 0.5,
  );
  link.start();
  return { link, heard, state };
}

const latest = () => Socket.made[Socket.made.length - 1] as Socket;

beforeEach(() => {
  Socket.made = [];
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => void vi.useRealTimers());

test("greets first, in the session's protocol", async () => {
  const { state } = bench();
  await vi.advanceTimersByTimeAsync(0);
  latest().open();
  expect([latest().protocols[0], latest().sent.length, state.open]).toEqual(["signboard.viewer.v1", 1, 1]);
});

test("comes back after 1 s, doubling, and starts over once a session spoke", async () => {
  bench();
  const times: number[] = [];
  await vi.advanceTimersByTimeAsync(0);
  for (let attempt = 0; attempt < 4; attempt++) {
    const before = Date.now();
    const count = Socket.made.length;
    latest().close();
    while (Socket.made.length === count) await vi.advanceTimersByTimeAsync(100);
    times.push(Date.now() - before);
  }
  expect(times).toEqual([1000, 2000, 4000, 8000]);
  latest().open();
  latest().hear({ type: "ping" });
  latest().close();
  await vi.advanceTimersByTimeAsync(1000);
  expect(Socket.made).toHaveLength(6);
});

test("tries again when the device call fails, without a socket", async () => {
  const { state } = bench(() => Promise.reject(new Error("unreachable")));
  await vi.advanceTimersByTimeAsync(7_100);
  expect([state.introduced, Socket.made.length]).toEqual([4, 0]);
});

test("says something every 5 s and gives a silent server up after 15 s", async () => {
  const { state } = bench();
  await vi.advanceTimersByTimeAsync(0);
  const socket = latest();
  socket.open();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(socket.sent.filter((message) => message.type === "ping").length).toBe(3);
  expect(state.closed).toBe(0);
  await vi.advanceTimersByTimeAsync(6_000);
  expect([state.closed, socket.readyState]).toEqual([1, 3]);
});

test("a network that comes back is tried at once", async () => {
  const { link } = bench();
  await vi.advanceTimersByTimeAsync(0);
  for (let attempt = 0; attempt < 5; attempt++) {
    latest().close();
    await vi.advanceTimersByTimeAsync(30_000);
  }
  const count = Socket.made.length;
  latest().close();
  link.hurry();
  await vi.advanceTimersByTimeAsync(0);
  expect(Socket.made.length).toBe(count + 1);
});

test("what cannot be read is passed over", async () => {
  const { heard, state } = bench();
  await vi.advanceTimersByTimeAsync(0);
  latest().open();
  latest().hear("{");
  latest().hear("null");
  latest().hear({ type: "plan", id: "no slots" });
  latest().hear({ type: "of a later version" });
  latest().hear({ type: "ping" });
  expect([heard, state.unreadable, state.closed]).toEqual([[{ type: "ping" }], 3, 0]);
});

test("stops for good", async () => {
  const { link } = bench();
  await vi.advanceTimersByTimeAsync(0);
  latest().open();
  link.stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect([Socket.made.length, link.send({ type: "ping" })]).toEqual([1, false]);
});

test("a session that was lost is renewed at once where there is another server, and one that was brief is not", async () => {
  const { state } = bench();
  state.others = true;
  await vi.advanceTimersByTimeAsync(0);
  latest().open();
  await vi.advanceTimersByTimeAsync(4_000);
  latest().close();
  await vi.advanceTimersByTimeAsync(600);
  expect(Socket.made.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(Socket.made.length).toBe(2);
  latest().open();
  latest().hear({ type: "ping" });
  await vi.advanceTimersByTimeAsync(6_000);
  latest().close();
  await vi.advanceTimersByTimeAsync(300);
  expect(Socket.made.length).toBe(3);
});
