// The golden cases that the server runs too.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** All cases of a folder of vectors, with their file names. */
export function vectors<T>(folder: string): [string, T][] {
  const path = fileURLToPath(new URL(`../../../../vectors/${folder}/`, import.meta.url));
  const files = readdirSync(path).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => [file, JSON.parse(readFileSync(path + file, "utf8")) as T]);
}
