// crypto.getRandomValues is there on plain HTTP too, unlike randomUUID.

/** `count` random bytes as hexadecimal digits. */
export function randomHex(count: number): string {
  let text = "";
  for (const byte of Array.from(crypto.getRandomValues(new Uint8Array(count)))) text += `0${byte.toString(16)}`.slice(-2);
  return text;
}

/** A UUID of version 4 (RFC 9562 section 5.4). */
export function randomUuid(): string {
  const hex = randomHex(16);
  const variant = "89ab".charAt(parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
