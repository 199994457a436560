import { describe, expect, it } from "vitest";
import { isPassword, macOf } from "./mac.ts";

describe("hardware addresses", () => {
  it("are one in all the usual spellings", () => {
    for (const text of ["00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22aa.bbcc", "001122aabbcc", " 00:11:22:AA:bb:cc "]) expect(macOf(text), text).toBe("00:11:22:aa:bb:cc");
  });

  it("are refused where they are none, or name no single card", () => {
    for (const text of ["", "00:11:22:aa:bb", "00:11:22:aa:bb:cg", "00:11-22:aa:bb:cc", "0:11:22:aa:bb:ccc", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"]) expect(macOf(text), text).toBeNull();
  });
});

it("takes a password like a hardware address or like an IPv4 address", () => {
  for (const text of ["ff:ff:ff:ff:ff:ff", "192.0.2.1", "00-11-22-33-44-55"]) expect(isPassword(text), text).toBe(true);
  for (const text of ["secret", "192.0.2.256", "192.0.2", "192.0.2.01", ""]) expect(isPassword(text), text).toBe(false);
});
