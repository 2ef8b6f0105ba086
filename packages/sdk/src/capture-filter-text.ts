/**
 * Capture filters in the words of tcpdump, as far as an engine can compare: `tcp port 443`, `host 10.1.2.3`,
 * `udp and port 53 or icmp`. As in tcpdump, `and` and `or` bind alike, from left to right; parentheses group.
 */
import { type CaptureTerm, parseNetworkId } from '@ztkit/types';
import { invalid } from './arguments.js';
import { ipVersion } from './ip-address.js';

interface Token {
  text: string;
  /** From 1. */
  column: number;
}

/** Longer texts are no filters a person wrote, and parentheses nest no deeper than this takes. */
const maxTextLength = 1024;
/** Alternatives while a text is read; the engine takes fewer in the end. */
const maxAlternatives = 256;

/** What a word alone stands for: any of these terms. `icmp` is both versions, `icmp6` the one of IPv6. */
const words: Readonly<Record<string, readonly CaptureTerm[]>> = {
  tcp: [{ protocol: 6 }],
  udp: [{ protocol: 17 }],
  icmp: [{ protocol: 1 }, { protocol: 58 }],
  icmp6: [{ protocol: 58 }],
  ip: [{ etherType: 0x0800 }],
  ip6: [{ etherType: 0x86dd }],
  arp: [{ etherType: 0x0806 }],
};

/** Words that take a value; they may follow a protocol without `and`. */
const qualifiers: Readonly<Record<string, (value: Token) => CaptureTerm>> = {
  port: (value) => ({ port: number(value, 1, 0xffff, 'a port') }),
  host: (value) => ({ host: prefix(value) }),
  net: (value) => ({ host: prefix(value) }),
  proto: (value) => ({ protocol: number(value, 1, 0xff, 'an IP protocol') }),
  ethertype: (value) => ({ etherType: number(value, 1, 0xffff, 'an ether type') }),
  network: (value) => ({ network: network(value) }),
};

/** What tcpdump has and an engine's terms cannot say. */
const unsupported: ReadonlySet<string> = new Set(['not', '!', 'src', 'dst', 'portrange', 'less', 'greater', 'ether']);

function fail(token: Token, problem: string): never {
  throw invalid(`"filter" column ${token.column}: ${problem}`);
}

function shown(token: Token): string {
  return token.text === '' ? 'the end' : JSON.stringify(token.text.slice(0, 60));
}

function number(token: Token, low: number, high: number, what: string): number {
  const value = /^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(token.text) ? Number(token.text) : Number.NaN;
  if (value >= low && value <= high) return value;
  fail(token, `expected ${what} in ${low}..${high}, not ${shown(token)}`);
}

function prefix(token: Token): NonNullable<CaptureTerm['host']> {
  const [address = '', bits, ...rest] = token.text.split('/');
  const width = { 0: -1, 4: 32, 6: 128 }[ipVersion(address)];
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (width > 0 && rest.length === 0 && length <= width) return { address, bits: length };
  fail(token, `expected an IP address or a prefix such as 10.0.0.0/8, not ${shown(token)}`);
}

function network(token: Token): NonNullable<CaptureTerm['network']> {
  if (/^[0-9a-f]{16}$/i.test(token.text)) return parseNetworkId(token.text);
  fail(token, `expected a network id of 16 hexadecimal digits, not ${shown(token)}`);
}

/** The terms of a text; none for an empty one, which means every packet. */
export function parseCaptureText(text: string): CaptureTerm[] {
  if (text.length > maxTextLength) throw invalid(`"filter" is longer than ${maxTextLength} characters`);
  if (text.trim() === '') return [];
  const parser = new Parser(text);
  const terms = parser.alternatives();
  parser.end();
  // Without terms an engine would capture everything.
  if (terms.length === 0) throw invalid('"filter" contradicts itself: no packet can match');
  return terms;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = Array.from(text.matchAll(/&&|\|\||[()!]|[^\s()!&|]+|[&|]/g), (match) => ({
      text: match[0].toLowerCase(),
      column: match.index + 1,
    }));
    this.#tokens.push({ text: '', column: text.trimEnd().length + 1 });
  }

  /** primitive { ("and" | "or") primitive } */
  alternatives(): CaptureTerm[] {
    let terms = this.#group();
    for (;;) {
      const token = this.#peek();
      if (token.text === 'or' || token.text === '||') {
        this.#at += 1;
        terms = this.#limited(token, [...terms, ...this.#group()]);
      } else if (token.text === 'and' || token.text === '&&') {
        this.#at += 1;
        terms = this.#both(token, terms, this.#group());
      } else return terms;
    }
  }

  end(): void {
    const token = this.#peek();
    if (token.text !== '') fail(token, `expected "and" or "or" before ${shown(token)}`);
  }

  /** "(" alternatives ")" | word { qualifier value } | qualifier value */
  #group(): CaptureTerm[] {
    const token = this.#next();
    if (token.text === '(') {
      const terms = this.alternatives();
      const close = this.#next();
      if (close.text !== ')') fail(close, `expected ")" for the "(" at column ${token.column}, not ${shown(close)}`);
      return terms;
    }
    if (Object.hasOwn(qualifiers, token.text)) return [this.#qualified(token)];
    if (!Object.hasOwn(words, token.text)) this.#unknown(token);
    let terms = [...(words[token.text] ?? [])];
    while (Object.hasOwn(qualifiers, this.#peek().text)) {
      const qualifier = this.#next();
      terms = this.#both(qualifier, terms, [this.#qualified(qualifier)]);
    }
    return terms;
  }

  #qualified(qualifier: Token): CaptureTerm {
    return (qualifiers[qualifier.text] as (value: Token) => CaptureTerm)(this.#next());
  }

  #unknown(token: Token): never {
    if (unsupported.has(token.text)) fail(token, `${shown(token)} is not supported by captures`);
    const all = [...Object.keys(words), ...Object.keys(qualifiers)].join(', ');
    fail(token, `expected one of ${all} or "(", not ${shown(token)}`);
  }

  /** Every pair of alternatives joined; pairs that contradict each other match nothing and vanish. */
  #both(token: Token, left: readonly CaptureTerm[], right: readonly CaptureTerm[]): CaptureTerm[] {
    return this.#limited(
      token,
      left.flatMap((a) => right.flatMap((b) => joined(token, a, b))),
    );
  }

  #limited(token: Token, terms: CaptureTerm[]): CaptureTerm[] {
    if (terms.length > maxAlternatives) fail(token, 'the filter has too many alternatives');
    return terms;
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.text !== '') this.#at += 1;
    return token;
  }
}

/** Both at once. Two hosts or two ports could be the two ends of a packet, which one term cannot say. */
function joined(token: Token, a: CaptureTerm, b: CaptureTerm): CaptureTerm[] {
  for (const key of ['protocol', 'etherType', 'network'] as const) {
    if (a[key] !== undefined && b[key] !== undefined && a[key] !== b[key]) return [];
  }
  if (a.port !== undefined && b.port !== undefined && a.port !== b.port) fail(token, 'two ports at once');
  if (a.host !== undefined && b.host !== undefined) fail(token, 'two hosts at once');
  return [{ ...a, ...b }];
}
