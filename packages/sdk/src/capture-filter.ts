/** Which packets a capture wants: what an application writes, as the terms an engine takes. */
import { type CaptureTerm, type NetworkAddress, type NetworkId, parseNetworkId } from '@ztkit/types';
import { checkInteger, checkObject, checkPrefix, invalid } from './arguments.js';
import { parseCaptureText } from './capture-filter-text.js';
import { ipVersion } from './ip-address.js';

/** A packet matches when everything that is given holds. */
export interface CaptureFilter {
  /** Only frames of this network. */
  network?: string;
  /** `icmp` means ICMPv4 and ICMPv6; a number is an IP protocol, 1..255. */
  protocol?: 'tcp' | 'udp' | 'icmp' | number;
  /** An address or a prefix such as `10.0.0.0/8`, as source or as destination. */
  host?: string;
  /** Source or destination port, 1..65535. */
  port?: number;
  /** 1..65535, e.g. 0x0806 for ARP. */
  etherType?: number;
}

/** Terms of one filter; the engine's limit. */
export const maxCaptureTerms = 64;

const protocols = { tcp: [6], udp: [17], icmp: [1, 58] } as const;
const known: ReadonlySet<string> = new Set(['network', 'protocol', 'host', 'port', 'etherType']);

/**
 * The terms of a filter: text, an object, or several objects of which any may match. Throws `ERR_ZT_INVALID_ARGUMENT`;
 * for a text with the column.
 */
export function compileCaptureFilter(filter: unknown): CaptureTerm[] {
  if (filter === undefined) return [];
  const terms = typeof filter === 'string' ? parseCaptureText(filter) : compileObjects(filter);
  if (terms.length > maxCaptureTerms) {
    throw invalid(`"filter" has ${terms.length} alternatives, more than ${maxCaptureTerms}`);
  }
  return terms;
}

function compileObjects(filter: unknown): CaptureTerm[] {
  if (!Array.isArray(filter)) return compileOne('filter', filter);
  // No alternative would match nothing; an engine takes no terms for everything.
  if (filter.length === 0) throw invalid('"filter" is an empty array: leave it out to capture everything');
  return filter.flatMap((each, index) => compileOne(`filter[${index}]`, each));
}

function compileOne(name: string, value: unknown): CaptureTerm[] {
  const filter = checkObject(name, value) as CaptureFilter;
  for (const key of Object.keys(filter)) {
    if (!known.has(key)) throw invalid(`"${name}.${key}" is no part of a filter: ${[...known].join(', ')}`);
  }
  const term: CaptureTerm = {};
  if (filter.network !== undefined) term.network = checkNetwork(`${name}.network`, filter.network);
  if (filter.host !== undefined) term.host = checkHost(`${name}.host`, filter.host);
  if (filter.port !== undefined) term.port = checkInteger(`${name}.port`, filter.port, 1, 0xffff);
  if (filter.etherType !== undefined) {
    term.etherType = checkInteger(`${name}.etherType`, filter.etherType, 1, 0xffff);
  }
  if (filter.protocol === undefined) return [term];
  return protocolNumbers(`${name}.protocol`, filter.protocol).map((protocol) => ({ ...term, protocol }));
}

function protocolNumbers(name: string, value: unknown): readonly number[] {
  if (typeof value === 'string' && Object.hasOwn(protocols, value)) return protocols[value as keyof typeof protocols];
  if (typeof value !== 'string') return [checkInteger(name, value, 1, 255)];
  throw invalid(`"${name}" must be tcp, udp, icmp or a number in 1..255, not ${JSON.stringify(value.slice(0, 60))}`);
}

function checkNetwork(name: string, value: unknown): NetworkId {
  if (typeof value === 'string' && /^[0-9a-f]{16}$/i.test(value)) return parseNetworkId(value);
  throw invalid(`"${name}" must be a network id of 16 hexadecimal digits`);
}

function checkHost(name: string, value: unknown): NetworkAddress {
  const bare = ipVersion(value);
  if (bare !== 0) return { address: value as string, bits: bare === 4 ? 32 : 128 };
  const [address = '', bits] = checkPrefix(name, value).split('/');
  return { address, bits: Number(bits) };
}
