/**
 * Who of several tabs holds the stream, where there is no shared worker: the tab with the lowest id that still speaks.
 * Web Locks would say it, but browsers offer them over HTTPS only. Pure: time and messages come in as arguments.
 */

/** A leader speaks this often, in milliseconds. */
export const BEAT_MS = 1000;
/** A leader that was silent for so long is given up. Hidden tabs are slowed to one timer a second at most for five minutes, then one a minute: they yield. */
export const SILENCE_MS = 3500;

export interface Election {
  readonly me: string;
  readonly leader: string | null;
  readonly heard: number;
}

export function begin(me: string, now: number): Election {
  return { me, leader: null, heard: now };
}

/** Another tab said that it leads. Of two leaders the one with the lower id stays. */
export function hear(election: Election, from: string, now: number): Election {
  if (election.leader === election.me && election.me < from) return election;
  return { ...election, leader: from, heard: now };
}

/** The leader closed. */
export function lose(election: Election, from: string, now: number): Election {
  return election.leader === from ? { ...election, leader: null, heard: now - SILENCE_MS } : election;
}

/** Takes the lead when nobody has spoken for long enough. */
export function tick(election: Election, now: number): Election {
  if (election.leader === election.me || now - election.heard < SILENCE_MS) return election;
  return { ...election, leader: election.me, heard: now };
}

export function leads(election: Election): boolean {
  return election.leader === election.me;
}
