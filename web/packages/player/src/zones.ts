import type { Plan } from "@signboard/model";

/** Seconds east of UTC in a zone of the plan. Before the first known change its offset holds; a zone that the plan lacks counts as UTC. */
export function offsetAt(zones: Plan["zones"], zone: string, at: number): number {
  const changes = zones[zone];
  if (!changes || changes.length === 0) return 0;
  let offset = (changes[0] as { offset_s: number }).offset_s;
  for (const change of changes) if (change.from <= at) offset = change.offset_s;
  return offset;
}
