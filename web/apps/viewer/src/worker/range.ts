/** The part of a file that a Range header asks for (RFC 9110 section 14.1.2): inclusive positions. */
export interface Slice {
  from: number;
  to: number;
}

/**
 * One range of a file of `size` bytes. Null: the whole file is to be sent, for there is no header, one of another unit, or one
 * of several ranges, which a server may answer with the whole. "unsatisfiable": nothing of it lies in the file.
 */
export function sliceOf(header: string | null, size: number): Slice | null | "unsatisfiable" {
  const found = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header || "");
  if (!found || (found[1] === "" && found[2] === "")) return null;
  if (found[1] === "") {
    const last = Number(found[2]);
    return last === 0 || size === 0 ? "unsatisfiable" : { from: Math.max(0, size - last), to: size - 1 };
  }
  const from = Number(found[1]);
  const to = found[2] === "" ? size - 1 : Math.min(Number(found[2]), size - 1);
  if (found[2] !== "" && Number(found[2]) < from) return null;
  return from >= size ? "unsatisfiable" : { from, to };
}
