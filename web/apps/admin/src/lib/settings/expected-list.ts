/** Lines that people paste from a table: serial number, hardware address, name, group. */
import type { ExpectedLine } from "@signboard/api";

/** The lines that say something. The separator is a tab, a semicolon or a comma, whichever the line has first of these. */
export function readExpected(text: string): ExpectedLine[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const separator = ["\t", ";", ","].find((one) => line.includes(one)) ?? "\t";
    const [serial = "", mac = "", name = "", group = ""] = line.split(separator).map((part) => part.trim());
    // A lone hardware address needs no separator before it.
    return mac === "" && /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(serial) ? { serial: "", mac: serial, name, group } : { serial, mac, name, group };
  });
}
