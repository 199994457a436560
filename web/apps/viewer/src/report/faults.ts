import type { Fault } from "../session/messages.ts";

/** The most faults between two reports. */
const MOST = 50;

/** What went wrong since the last report. A fault that repeats within a minute counts once. */
export class Faults {
  private list: Fault[] = [];
  private readonly said = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  add(code: string, text: string): void {
    const at = Math.round(this.now());
    const key = `${code} ${text}`;
    const last = this.said.get(key);
    if (last !== undefined && at - last < 60_000) return;
    if (this.said.size > 500) this.said.clear();
    this.said.set(key, at);
    this.list.push({ code, text: text.slice(0, 500), at });
    if (this.list.length > MOST) this.list.shift();
  }

  /** Hands out the faults; they count as reported if `sent` agrees. */
  report(sent: (faults: Fault[]) => boolean): void {
    const faults = this.list;
    if (sent(faults)) this.list = this.list.filter((fault) => faults.indexOf(fault) < 0);
  }

  get some(): boolean {
    return this.list.length > 0;
  }
}
