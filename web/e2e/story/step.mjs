// Steps of a story that each stand on the one before.
import { test } from "node:test";

/** Makes the function that tells one story, in place of `test`: after the first step that fails, the rest is skipped, since it would only repeat it. */
export function steps() {
  let broken = false;
  return (name, run) =>
    test(name, async (context) => {
      if (broken) return context.skip("an earlier step failed");
      broken = true;
      await run();
      broken = false;
    });
}
