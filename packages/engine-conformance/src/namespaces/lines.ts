/** Values of the engines' contract as lines of JSON: numbers of 64 bits and bytes have a form of their own. */

/** One line, without the line break. */
export function toLine(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return { $bigint: String(item) };
    if (item instanceof Uint8Array) return { $bytes: Buffer.from(item).toString('hex') };
    return item;
  });
}

/** What {@link toLine} was given. */
export function fromLine(line: string): unknown {
  return JSON.parse(line, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    if ('$bigint' in item) return BigInt(item.$bigint as string);
    if ('$bytes' in item) return Uint8Array.from(Buffer.from(item.$bytes as string, 'hex'));
    return item;
  });
}

/** From the test to a host: a method of the node, or one of the first three. */
export interface Call {
  id: number;
  method: 'start' | 'controller' | 'stop' | string;
  args: unknown[];
}

/** From a host to the test. */
export type Answer = { id: number; value: unknown } | { id: number; error: string } | { events: unknown[] };
