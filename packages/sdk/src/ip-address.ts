/** IP addresses in text, checked without `node:net` so that it also runs in a browser. */

/** 4, 6, or 0 when `text` is no IP address. Strict: no leading zeros, zone or port (RFC 4291 §2.2, dotted quad). */
export function ipVersion(text: unknown): 0 | 4 | 6 {
  if (typeof text !== 'string' || text.length > 45) return 0;
  if (isIpv4(text)) return 4;
  return isIpv6(text) ? 6 : 0;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map(groupCount);
  if (groups.includes(-1)) return false;
  const total = groups.reduce((sum, count) => sum + count, 0);
  // A dotted quad may only stand at the very end.
  if (halves.length === 2 && halves[0]?.includes('.')) return false;
  return halves.length === 2 ? total <= 7 : total === 8;
}

/** Number of 16-bit groups in one half of an IPv6 address, -1 when it is malformed. */
function groupCount(half: string): number {
  if (half === '') return 0;
  const groups = half.split(':');
  const last = groups.at(-1) ?? '';
  const quad = isIpv4(last) ? 1 : 0;
  const hex = quad === 1 ? groups.slice(0, -1) : groups;
  return hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? groups.length + quad : -1;
}
