/** Hardware addresses of network cards and SecureOn passwords, in the spellings that the server takes. */

/** Twelve digits of six bytes: pairs with colons or hyphens, groups of four with dots, or nothing between. */
function sixBytes(text: string): string | null {
  const wanted = text.trim().toLowerCase();
  const spelled = /^(?:[0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})$/;
  return spelled.test(wanted) ? wanted.replace(/[:.-]/g, "") : null;
}

/** The address as `00:11:22:aa:bb:cc`; none where the text is not the address of one card. */
export function macOf(text: string): string | null {
  const digits = sixBytes(text);
  // The lowest bit of the first byte marks groups of cards (IEEE 802, section 8.2).
  if (digits === null || parseInt(digits.slice(0, 2), 16) & 1 || /^0+$/.test(digits)) return null;
  return digits.replace(/(..)(?=.)/g, "$1:");
}

/** Whether the text is a password of SecureOn: six bytes like a hardware address, or four like an IPv4 address. */
export function isPassword(text: string): boolean {
  const parts = text.trim().split(".");
  return sixBytes(text) !== null || (parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256));
}
