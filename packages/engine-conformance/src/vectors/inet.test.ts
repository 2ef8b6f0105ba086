/** IP addresses: text forms and scope classes (vl1-vectors.json, f-credentials.json; RFC 5952). */
import { describe, expect, test } from 'vitest';
import { loadVectors, text, toText } from './probe-input.js';
import { targets } from './targets.js';

const vl1 = loadVectors<{ ip_scope: { ip: string; scope: number }[] }>('vl1-vectors.json');
const credentials = loadVectors<{
  ipScope: { ip: string; scope: number }[];
  inetAddress: { string: string | null; toString?: string; toIpString?: string; scope?: number }[];
}>('f-credentials.json');

describe.each(targets)('$name: IP addresses', (target) => {
  const scopeOf = (ip: string) => {
    const answer = target.probe('inet.scope', text(ip));
    return answer === null ? null : { canonical: toText(answer.subarray(0, -2)), scope: answer[answer.length - 1] };
  };

  test.each([...vl1.ip_scope, ...credentials.ipScope].map((c) => [c.ip, c.scope] as const))('%s: %i', (ip, scope) => {
    expect(scopeOf(ip)).toEqual({ canonical: ip, scope });
  });

  test.each(credentials.inetAddress.filter((c) => c.string !== null))('endpoint $string', (c) => {
    expect(toText(target.probe('inet.endpoint', text(c.string ?? '')))).toBe(c.toString);
    expect(scopeOf(c.toIpString ?? '')).toEqual({ canonical: c.toIpString, scope: c.scope });
  });

  test('every vector is looked at', () => {
    expect(vl1.ip_scope).toHaveLength(51);
    expect(credentials.ipScope).toHaveLength(27);
    expect(credentials.inetAddress.filter((c) => c.string === null)).toHaveLength(1);
  });
});
