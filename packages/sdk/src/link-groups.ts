/** The link-layer groups that a port for frames receives. */
import type { LinkGroup } from '@ztkit/types';
import { checkIp, invalid } from './arguments.js';
import { ipVersion } from './ip-address.js';

/** MACs in the form that everything else prints. */
const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

function groupOf(mac: unknown, ipv4: unknown): LinkGroup {
  const bytes =
    typeof mac === 'string' && macPattern.test(mac) ? mac.split(':').map((b) => Number.parseInt(b, 16)) : [];
  if (((bytes[0] ?? 0) & 1) === 0) throw invalid(`"mac" must be a multicast MAC such as '01:00:5e:01:02:03'`);
  if (ipv4 === undefined) return { mac: Uint8Array.from(bytes), adi: 0 };
  if (ipVersion(checkIp('ipv4', ipv4)) !== 4 || bytes.some((b) => b !== 0xff)) {
    throw invalid(`"ipv4" must be an IPv4 address, with the MAC 'ff:ff:ff:ff:ff:ff'`);
  }
  return { mac: Uint8Array.from(bytes), adi: (ipv4 as string).split('.').reduce((sum, b) => sum * 256 + Number(b), 0) };
}

/** A set that tells the engine what it holds whenever it changes. */
export class GroupSet {
  readonly #groups = new Map<string, LinkGroup>();
  readonly #tell: (groups: readonly LinkGroup[]) => void;

  constructor(tell: (groups: readonly LinkGroup[]) => void) {
    this.#tell = tell;
  }

  add(mac: string, ipv4: string | undefined): void {
    const group = groupOf(mac, ipv4);
    const key = `${group.mac}/${group.adi}`;
    if (this.#groups.has(key)) return;
    // Refused (too many): the set stays what the engine holds.
    this.#tell([...this.#groups.values(), group]);
    this.#groups.set(key, group);
  }

  delete(mac: string, ipv4: string | undefined): void {
    const group = groupOf(mac, ipv4);
    if (this.#groups.delete(`${group.mac}/${group.adi}`)) this.#tell([...this.#groups.values()]);
  }
}
