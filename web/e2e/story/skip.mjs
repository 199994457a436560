// How a browser test says that it could not be run here: by name, in the list that `cargo xtask test` reads. An automatic run accepts none.
import { appendFileSync } from "node:fs";

/** Skips the running test; throws where nothing may be missing (CI). */
export function skip(context, reason) {
  if (process.env.CI) throw new Error(`${context.name} cannot be run: ${reason}`);
  if (process.env.XTASK_SKIPS) appendFileSync(process.env.XTASK_SKIPS, `${context.name}\t${reason}\n`);
  context.skip(reason);
}
