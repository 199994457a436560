/** The address below which the server's `api/`, `media/` and `viewer/` lie, with a slash at its end. */
export function rootOf(page: string): string {
  const path = page.replace(/[?#].*$/, "");
  const at = path.lastIndexOf("/viewer/");
  return at < 0 ? path.replace(/[^/]*$/, "") : path.slice(0, at + 1);
}

/** The session's address: `ws` where the page came by `http`, `wss` where by `https`. */
export function sessionAddress(root: string): string {
  return `${root.replace(/^http/, "ws")}api/v1/viewer/session`;
}

/** Takes `token` out of an address. The rest is what may be shown and kept. */
export function takeToken(address: string): { token: string | null; rest: string } {
  const found = /[?&]token=([^&#]*)/.exec(address);
  if (!found) return { token: null, rest: address };
  let rest = address.replace(found[0], found[0].charAt(0) === "?" ? "?" : "");
  rest = rest.replace("?&", "?").replace(/\?(?=#|$)/, "");
  return { token: decoded(found[1] as string), rest };
}

/** What a typing mistake left unreadable is taken as it stands: the server will say what it thinks of it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (malformed) {
    return text;
  }
}
