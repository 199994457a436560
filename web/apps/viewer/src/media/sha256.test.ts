import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Sha256 } from "./sha256.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  // FIPS 180-4 examples and the NIST long vector.
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
  ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
])("sum of %.20j", (text, sum) => {
  expect(new Sha256().update(bytes(text)).hex()).toBe(sum);
});

test("every length around the block border, fed in uneven pieces", () => {
  for (let length = 0; length < 200; length++) {
    const data = Uint8Array.from({ length }, (_, at) => (at * 31 + length) & 255);
    const sum = new Sha256();
    for (let at = 0, step = 1; at < length; at += step, step = (step * 3) % 71) sum.update(data.subarray(at, at + step));
    expect(sum.hex()).toBe(createHash("sha256").update(data).digest("hex"));
  }
});
