/** Every error of the rules language: its place, and what its message says. */
import { describe, expect, it } from 'vitest';
import { compileRules } from './compile.js';
import { type RulesDiagnostic, RulesSourceError } from './diagnostics.js';
import { formatDiagnostics } from './diagnostics-text.js';
import { RULES_LIMITS } from './limits.js';

/** The diagnostics of a source that must not compile. */
function diagnosticsOf(source: string): readonly RulesDiagnostic[] {
  try {
    compileRules(source);
  } catch (error) {
    if (error instanceof RulesSourceError) return error.diagnostics;
    throw error;
  }
  throw new Error(`compiled: ${source.slice(0, 100)}`);
}

/** The only error: the part of the source it points at, and its message. */
function errorOf(source: string): [string, string] {
  const found = diagnosticsOf(source).filter(({ severity }) => severity === 'error');
  expect(found).toHaveLength(1);
  const [error] = found;
  if (error === undefined) throw new Error('no error');
  const line = source.split(/\r\n|\r|\n/)[error.line - 1] ?? '';
  return [line.slice(error.column - 1, error.column - 1 + error.length), error.message];
}

const ERRORS: [source: string, place: string, message: RegExp][] = [
  // Statements.
  ['dorp;', 'dorp', /statement must begin \(did you mean `drop`\?\)/],
  ['Drop;', 'Drop', /write it in lower case: `drop`/],
  ['accept;drop;', 'accept;drop', /white space after the ";"/],
  ['accept;#x', 'accept;#x', /white space after the ";"/],
  ['drop ethertype\u00a0ipv4;', 'ethertype\u00a0ipv4', /U\+00A0: only space, tab/],
  ['priority 3 ethertype ipv4; drop;', 'priority', /no action `priority`: use accept/],
  ['drop ethertype ipv4\naccept;', 'accept', /`accept` begins a new statement, but the `drop` of line 1 is not ended/],
  ['cap c id 1 drop; tag t id 1;', 'tag', /the `cap` of line 1 is not ended: put ";" before/],
  ['drop vlan 1 include x', 'include', /the `drop` of line 1 is not ended/],
  ['tag t id 1 drop;', 'drop', /the `tag` of line 1 is not ended/],
  // Actions.
  ['tee;', ';', /length of tee \(-1 to 65535\) is missing: there is `;`/],
  ['tee', 'tee', /is missing: the text ends/],
  ['tee 65536 0123456789;', '65536', /not a length in bytes: a number of 0 to 65535, or -1/],
  ['tee -2 0123456789;', '-2', /or -1/],
  ['tee 1;', ';', /address of tee \(10 hex digits\) is missing/],
  ['watch 1 012345678;', '012345678', /not a ZeroTier address: 10 hex digits/],
  ['redirect 01234-56789;', '01234-56789', /not a ZeroTier address/],
  ['redirect 0123456789 flags;', ';', /number after `flags` is missing/],
  ['redirect 0123456789 flags x;', 'x', /`x` is not flags/],
  // Matches.
  ['drop ehtertype ipv4;', 'ehtertype', /match or ";" must follow \(did you mean `ethertype`\?\)/],
  ['drop vlan;', ';', /After `vlan` a VLAN id is missing: there is `;`/],
  ['drop vlan and vlan 1;', 'and', /a VLAN id is missing: `and` begins the next match/],
  ['drop icmp 8 sport 1;', 'sport', /an ICMP code is missing: `sport` begins/],
  ['drop ethertype icmp 1 2;', 'icmp', /an ethertype is missing/],
  ['drop not;', 'not', /After `not` a match is missing/],
  ['drop vlan 1 or;', 'or', /After `or` a match is missing/],
  ['drop not not vlan 1;', 'not', /`not` is written twice/],
  ['drop or not or vlan 1;', 'or', /`or` is written twice/],
  ['drop vlan -1;', '-1', /`-1` is not a VLAN id: a number of 0 to 4294967295/],
  ['drop vlan 4294967296;', '4294967296', /0 to 4294967295/],
  ['drop vlan 1e3;', '1e3', /not a VLAN id/],
  ['drop vlan 0x;', '0x', /not a VLAN id/],
  ['drop ethertype ipv5;', 'ipv5', /name such as `ipv4` \(did you mean `ipv4`\?\)/],
  ['drop ethertype IPV4;', 'IPV4', /write it in lower case: `ipv4`/],
  ['drop ipprotocol tpc;', 'tpc', /did you mean `tcp`\?/],
  ['drop ztsrc 012345678;', '012345678', /10 hex digits/],
  ['drop macsrc 01:02:03:04:05;', '01:02:03:04:05', /12 hex digits, such as/],
  ['drop ipsrc 10.0.0.1;', '10.0.0.1', /write 10\.0\.0\.1\/32\)/],
  ['drop ipdest fd00::1;', 'fd00::1', /write fd00::1\/128\)/],
  ['drop ipsrc 10.0.0.0/33;', '10.0.0.0/33', /not an IP prefix/],
  ['drop ipsrc 10.0.0/8;', '10.0.0/8', /such as 10\.1\.0\.0\/16/],
  ['drop ipsrc fd00::/129;', 'fd00::/129', /not an IP prefix/],
  ['drop ipsrc /8;', '/8', /not an IP prefix/],
  ['drop iptos 256 1;', '256', /not a mask: a number of 0 to 255/],
  ['drop iptos 1 0-256;', '0-256', /numbers of 0 to 255/],
  ['drop icmp 256 0;', '256', /not an ICMP type/],
  ['drop icmp 0 -2;', '-2', /not an ICMP code: a number of 0 to 255, or -1/],
  ['drop sport 65536;', '65536', /not a port or range: write 80 or 80-90, numbers of 0 to 65535/],
  ['drop dport 1-2-3;', '1-2-3', /port or range/],
  ['drop dport 1-;', '1-', /port or range/],
  ['drop framesize -;', '-', /size or range/],
  ['drop chr tcp_sin;', 'tcp_sin', /bit of 0 to 63 or a name.*did you mean `tcp_fin`\?/],
  ['drop chr tcp_syn,64;', '64', /`64` is not a list of characteristics/],
  ['drop chr 1,;', '1,', /no white space/],
  ['drop random 1.1;', '1.1', /number of 0\.0 to 1\.0/],
  ['drop random -0.5;', '-0.5', /probability/],
  ['drop random NaN;', 'NaN', /probability/],
  ['drop tand nosuch 1;', 'nosuch', /There is no tag `nosuch`/],
  ['tag owner id 1; drop tand Owner 1;', 'Owner', /no tag `Owner` \(write it in lower case: `owner`\)/],
  ['drop teq 4294967296 1;', '4294967296', /not the id of a tag/],
  ['tag t id 1 enum 1 sales; drop teq t sale;', 'sale', /not a value of this tag: .* \(did you mean `sales`\?\)/],
  ['drop teq 1 sales;', 'sales', /not a value of this tag: a number/],
  ['drop intrange 2-1-0 0 8;', '2-1-0', /not a range: write 80 or 0x50-0x5a/],
  ['drop intrange 0x10000000000000000 0 8;', '0x10000000000000000', /numbers of 64 bits/],
  ['drop intrange 18446744073709551616 0 8;', '18446744073709551616', /numbers of 64 bits/],
  ['drop intrange 1 65536 8;', '65536', /not an index/],
  ['drop intrange 1 0 0;', '0', /number of bits is 1 to 64/],
  ['drop intrange 1 0 65;', '65', /not a number of bits/],
  // Macros.
  ['macro;', 'macro', /After `macro` a name is missing/],
  ['macro drop;', 'drop', /`drop` is a reserved word and cannot name a macro/],
  ['macro let ;', 'let', /reserved word/],
  ['macro 1st drop; ;', '1st', /does not begin with a digit/],
  ['macro a-b drop; ;', 'a-b', /letters, digits and "_"/],
  ['macro m(a) drop; ;', 'a', /`a` is no parameter: write \$ and a name/],
  ['macro m($a,$A) drop; ;', 'm', /Two parameters of macro `m` have the same name/],
  ['macro m drop; ; macro M drop; ;', 'M', /two macros `m`/],
  ['macro m($a) drop vlan $A; ;', '$A', /no parameter `\$A` \(write it in lower case: `\$a`\)/],
  ['drop vlan $a;', '$a', /no parameter `\$a` \(only a macro has parameters\)/],
  ['macro m($a) drop vlan $a; ; include m($b)', '$b', /only a macro has parameters/],
  ['macro m($a) tee $a 0123456789; ;', '$a', /not a length/],
  ['include;', ';', /name of the macro after `include` is missing/],
  ['include nosuch', 'nosuch', /no macro `nosuch`/],
  ['macro web drop; ; include Web', 'Web', /write it in lower case: `web`/],
  ['macro m($a) drop vlan $a; ; include m', 'm', /takes 1 arguments, not 0: it is defined as `m\(\$a\)` in line 1/],
  ['macro m($a) drop vlan $a; ; include m(1,2)', 'm', /takes 1 arguments, not 2/],
  ['macro m($a) drop vlan $a; ; include m(x)', 'x', /`x` is not a VLAN id/],
  ['macro m($a) drop vlan $a; ; macro n($b) include m($b); include n(x)', 'x', /not a VLAN id/],
  ['macro m include m; include m', 'm', /cannot include itself: `m` includes `m`/],
  [
    'macro a include b; macro b include c; macro c include a; include b',
    'b',
    /`b` includes `c` includes `a` includes `b`/,
  ],
  ['macro m tag t id 1; ;', 'tag', /the `macro` of line 1 is not ended/],
  // Tags and capabilities.
  ['tag t;', 't', /`tag t` needs an id: write `tag t id 1000`/],
  ['cap c accept; ;', 'c', /`cap c` needs an id/],
  ['tag t id;', ';', /number after `id` is missing/],
  ['tag t id x;', 'x', /not an id/],
  ['tag t id 1 id 2;', 'id', /id is written once/],
  ['tag t id 1 default 1 default 2;', 'default', /written once/],
  ['tag t id 1 default 4294967296;', '4294967296', /not a value/],
  ['tag t id 1 enmu 1 x;', 'enmu', /a tag has id, default, flag and enum.*did you mean `enum`\?/],
  ['tag t id 1 enum 1;', ';', /name of this value is missing/],
  ['tag t id 1 enum -1 x;', '-1', /not a value/],
  ['tag t id 1 enum 1 not;', 'not', /cannot name a value \(enum\)/],
  ['tag t id 1 enum 1 x enum 2 X;', 'X', /two enum names `x`/],
  ['tag t id 1 flag 32 x;', '32', /bit of 0 to 31/],
  ['tag t id 1 flag later x flag 1 later;', 'later', /not a list of bits/],
  ['tag t id 1; tag t id 2;', 't', /two tags `t`/],
  ['tag t id 1; tag u id 0x1;', '0x1', /id 1 belongs to another tag already/],
  ['cap c id 1 drop; ; cap c id 2 drop; ;', 'c', /two capabilities `c`/],
  ['cap c id 1 drop; ; cap d id 1 drop; ;', '1', /another capability already/],
  ['cap c id 1 drop; default ;', 'default', /belongs before the first action/],
  ['cap c id 1 dorp; ;', 'dorp', /an action, an include or ";" must follow \(did you mean `drop`\?\)/],
];

describe('an error', () => {
  it.each(ERRORS)('%s', (source, place, message) => {
    const [at, text] = errorOf(source);
    expect(at).toBe(place);
    expect(text).toMatch(message);
  });

  it('does not hide the others, and brings no false ones', () => {
    const source = [
      'drop etherytpe ipv4 and vlan 1 and vlan x;',
      'cap c id 1',
      '  accept ipprotocol tpc;',
      '  nonsense here;',
      'include nowhere',
      'tag 1 id 1;',
      'drop tand 1 x;',
      'accept;',
    ].join('\n');
    expect(diagnosticsOf(source).map(({ line, column }) => [line, column])).toEqual([
      [1, 6],
      [1, 41],
      [3, 21],
      [4, 3],
      [6, 5],
      [7, 13],
    ]);
  });

  it('is told by line and column after any line end, and summed up in the message', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const source = ['accept vlan 1;', '', '\tdrop vlan x;', 'drop vlan y;'].join(end);
      expect(diagnosticsOf(source)[0]).toMatchObject({ line: 3, column: 12, length: 1 });
    }
    expect(() => compileRules('\n\n drop vlan x; drop vlan y;')).toThrow(
      /^Line 3, column 12: `x` is not a VLAN id.* \(and 1 more\)$/,
    );
    expect(() => compileRules('dorp;')).toThrow(expect.objectContaining({ code: 'ERR_RULES_SOURCE' }));
  });
});

describe('limits', () => {
  const message = (source: string): string => diagnosticsOf(source).at(-1)?.message ?? '';

  it('hold for what a source has', () => {
    expect(message('#'.repeat(RULES_LIMITS.sourceLength + 1))).toMatch(/at most 1048576 characters/);
    expect(message('break;'.replace(';', ' ; ').repeat(RULES_LIMITS.statements + 1))).toMatch(/65536 statements/);
    const tags = (count: number) => Array.from({ length: count }, (_, id) => `tag t${id} id ${id};`).join('\n');
    expect(message(tags(RULES_LIMITS.definitions + 1))).toMatch(/1024 definitions/);
    expect(compileRules(tags(129)).warnings).toMatchObject([{ line: 129, severity: 'warning' }]);
    expect(compileRules(tags(128)).warnings).toEqual([]);
    const names = Array.from({ length: RULES_LIMITS.tagNames + 1 }, (_, n) => `enum ${n} e${n}`).join(' ');
    expect(message(`tag t id 1 ${names};`)).toMatch(/at most 1024 names/);
    const parameters = Array.from({ length: RULES_LIMITS.parameters + 1 }, (_, n) => `$p${n}`).join(',');
    expect(message(`macro m(${parameters}) drop; ;`)).toMatch(/at most 32 parameters/);
  });

  it('hold for the rules of a network and of a capability', () => {
    expect(compileRules('drop vlan 1;'.replace(';', ' ;\n').repeat(512)).rules).toHaveLength(1024);
    expect(message('drop vlan 1 ;\n'.repeat(513))).toMatch(/A network has at most 1024 rules/);
    expect(diagnosticsOf('drop vlan 1 ;\n'.repeat(513))[0]).toMatchObject({ line: 513 });
    expect(compileRules(`cap c id 1 ${'drop ; '.repeat(64)} ;`).capabilities[0]?.rules).toHaveLength(64);
    expect(message(`cap c id 1 ${'drop ; '.repeat(65)} ;`)).toMatch(/capability `c` has at most 64 rules/);
    expect(message(`drop ${'vlan 1 '.repeat(2000)};`)).toMatch(/more matches/);
  });

  it('hold for macros that multiply', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `macro m${n + 1} include m${n} include m${n} ;`).join('\n');
    // 2^30 rules; 2^30 expansions of nothing.
    expect(message(`macro m0 drop; ;\n${levels}\ninclude m30`)).toMatch(/at most 1024 rules/);
    expect(message(`macro m0 ;\n${levels}\ninclude m30`)).toMatch(/expanded more than 10000 times/);
    expect(diagnosticsOf(`macro m0 ;\n${levels}\n  include m30`).at(-1), 'at the include that began it').toMatchObject({
      line: 32,
      column: 3,
    });
    const chain = Array.from({ length: 40 }, (_, n) => `macro m${n + 1} include m${n} ;`).join('\n');
    expect(message(`macro m0 drop; ;\n${chain}\ninclude m40`)).toMatch(/more than 32 deep/);
    expect(compileRules(`macro m0 drop; ;\n${chain}\ninclude m31`).rules).toHaveLength(1);
  });

  it('hold for errors', () => {
    expect(diagnosticsOf('x '.repeat(100_000))).toHaveLength(1);
    expect(diagnosticsOf('x ; '.repeat(100_000))).toHaveLength(RULES_LIMITS.diagnostics);
    const warnings = `${'drop dport 2-1 ; '.repeat(200)}`;
    expect(compileRules(warnings).warnings).toHaveLength(RULES_LIMITS.diagnostics - 1);
  });
});

describe('the display', () => {
  it('shows the line with the place marked', () => {
    const source = 'accept vlan 1;\n\tdrop etherytpe ipv4;\ntee 1';
    expect(formatDiagnostics(source, diagnosticsOf(source), 'a.rules').split('\n')).toEqual([
      'a.rules:2:7: error: `etherytpe` is not expected here: a match or ";" must follow (did you mean `ethertype`?)',
      '    2 |  drop etherytpe ipv4;',
      '      |       ^^^^^^^^^',
      'a.rules:3:5: error: The address of tee (10 hex digits) is missing: the text ends',
      '    3 | tee 1',
      '      |     ^',
    ]);
  });

  it('shows a part of a long line, and nothing that moves a terminal', () => {
    const long = `${'accept vlan 1 ; '.repeat(50)}drop vlan \u001b[31mx;`;
    const [first = '', line = '', mark = ''] = formatDiagnostics(long, diagnosticsOf(long)).split('\n');
    expect(first).toMatch(/^rules:1:811: error: `·\[31mx` is not a VLAN id/);
    expect(line).toBe('    1 |  vlan 1 ; drop vlan  [31mx;');
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe(' [31mx');
    const early = `drop vlan xx; ${'accept vlan 1 ; '.repeat(50)}`;
    expect(formatDiagnostics(early, diagnosticsOf(early)).split('\n')[1]).toHaveLength('    1 | '.length + 100);
  });
});
