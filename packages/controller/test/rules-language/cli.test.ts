/** `ztkit-controller rules …`: files in, text and JSON out, exit codes. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addRules } from '../../src/cli/rules.js';
import type { Json } from '../../src/domain/json.js';
import { compileRules } from '../../src/rules-language/compile.js';

const office = fileURLToPath(new URL('../../examples/office.rules', import.meta.url));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ztkit-rules-'));
});
afterEach(() => rm(directory, { recursive: true }));

interface Outcome {
  out: string;
  err: string;
  failed: boolean;
  posted: [string, Json][];
}

async function run(...words: string[]): Promise<Outcome> {
  const outcome: Outcome = { out: '', err: '', failed: false, posted: [] };
  const program = new Command('test').exitOverride();
  const host = {
    print: (text: string) => {
      outcome.out += `${text}\n`;
    },
    complain: (text: string) => {
      outcome.err += `${text}\n`;
    },
    fail: () => {
      outcome.failed = true;
    },
  };
  addRules(program, host, async (network, body) => {
    outcome.posted.push([network, body]);
  });
  for (const each of program.commands.flatMap(({ commands }) => [...commands])) {
    each.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: host.print });
  }
  await program.parseAsync(['node', 'test', 'rules', ...words]);
  return outcome;
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

describe('rules compile', () => {
  it('prints the config with its names, the config alone, or bytes', async () => {
    const path = await file(
      'a.rules',
      'tag t id 1 enum 5 five; cap c id 2 drop; ; drop ethertype ipv4 teq t five; accept;',
    );
    const { rules, capabilities, tags, capabilitiesByName, tagsByName } = compileRules(
      'tag t id 1 enum 5 five; cap c id 2 drop; ; drop ethertype ipv4 teq t five; accept;',
    );
    const config = { rules, capabilities, tags };
    expect(JSON.parse((await run('compile', path)).out)).toEqual({ config, capabilitiesByName, tagsByName });
    expect(JSON.parse((await run('compile', path, '--output', 'config')).out)).toEqual(config);
    expect(JSON.parse((await run('compile', path, '--output', 'wire')).out)).toEqual({
      rules: '25020800300800000001000000050000' + '0100',
      capabilities: [{ id: 2, default: false, rules: '0000' }],
      tags,
    });
    await expect(run('compile', path, '--output', 'xml')).rejects.toThrow(/all, config, wire/);
  });

  it('tells of errors with the line, sets the exit code and prints nothing', async () => {
    const path = await file('bad.rules', 'accept vlan 1;\ndorp;\n');
    const { out, err, failed } = await run('compile', path);
    expect([out, failed]).toEqual(['', true]);
    expect(err.split('\n').slice(0, 3)).toEqual([
      `${path}:2:1: error: \`dorp\` is not expected here: a statement must begin (did you mean \`drop\`?)`,
      '    2 | dorp;',
      '      | ^^^^',
    ]);
    const json = await run('compile', path, '--json');
    expect(JSON.parse(json.err)).toMatchObject({ diagnostics: [{ severity: 'error', line: 2, column: 1, length: 4 }] });
  });

  it('warns, and prints all the same', async () => {
    const { out, err, failed } = await run('compile', await file('w.rules', 'drop dport 2-1;'));
    expect(err).toMatch(/w\.rules:1:12: warning: The range `2-1` matches nothing/);
    expect([JSON.parse(out).config.rules.length, failed]).toEqual([2, false]);
  });
});

describe('rules check', () => {
  it('counts what is there, or tells of errors', async () => {
    expect(await run('check', office)).toMatchObject({
      out: `${office}: 40 rules, 1 capability, 2 tags\n`,
      err: '',
      failed: false,
    });
    expect(await run('check', office, '--json')).toMatchObject({ out: '{"diagnostics":[]}\n', failed: false });
    const bad = await file('bad.rules', 'x');
    expect(await run('check', bad)).toMatchObject({ out: '', failed: true });
    expect(JSON.parse((await run('check', bad, '--json')).out).diagnostics).toHaveLength(1);
  });

  it('says why a file cannot be read', async () => {
    await expect(run('check', join(directory, 'nowhere'))).rejects.toThrow(/could not be read: ENOENT/);
    await expect(run('check', directory)).rejects.toThrow(/could not be read: EISDIR/);
    await expect(run('check', await file('latin', Uint8Array.of(0xe9)))).rejects.toThrow(/not UTF-8/);
    await expect(run('check', await file('long', '#'.repeat(4_194_305)))).rejects.toThrow(/longer than 4194304 bytes/);
    expect((await run('check', await file('bom', '\ufeffaccept;'))).failed).toBe(false);
  });
});

describe('rules decompile', () => {
  it('reads what compile printed in every form, a network record, and an array', async () => {
    for (const form of ['all', 'config', 'wire']) {
      const compiled = await file(`${form}.json`, (await run('compile', office, '--output', form)).out);
      const text = await file(`${form}.rules`, (await run('decompile', compiled)).out);
      const { rules, capabilities, tags } = JSON.parse((await run('compile', text, '--output', 'wire')).out);
      const expected = JSON.parse((await run('compile', office, '--output', 'wire')).out);
      expect({ rules, capabilities, tags }, form).toEqual(expected);
    }
    expect((await run('decompile', await file('list.json', '[{"type":"ACTION_ACCEPT"}]'))).out).toBe('accept;\n');
    expect((await run('decompile', await file('record.json', '{"name":"x","rules":[]}'))).out).toBe('\n');
  });

  it.each([
    ['x', /not JSON/],
    ['7', /object with "rules"/],
    ['{}', /no key "rules"/],
    ['{"rules":7}', /array of rules, or hex/],
    ['{"rules":"012"}', /array of rules, or hex/],
    ['{"rules":"2502"}', /end inside a rule/],
    ['[{"type":"NONSENSE"}]', /^rules\[0\] is no rule/],
    ['[7]', /array of rules/],
    ['{"rules":[],"tags":[{}]}', /id must be an integer/],
    ['{"rules":[],"capabilities":7}', /"capabilities" must be an array/],
  ])('refuses %s', async (json, message) => {
    await expect(run('decompile', await file('x.json', json))).rejects.toThrow(message);
  });
});

describe('rules apply', () => {
  it('posts the config, and nothing after errors', async () => {
    const { posted, out } = await run('apply', '8056c2e21c000001', await file('a.rules', 'cap c id 1 drop; ; accept;'));
    expect(posted).toEqual([
      [
        '8056c2e21c000001',
        {
          rules: [{ type: 'ACTION_ACCEPT' }],
          capabilities: [{ id: 1, default: false, rules: [{ type: 'ACTION_DROP' }] }],
          tags: [],
        },
      ],
    ]);
    expect(out).toBe('8056c2e21c000001: 1 rule, 1 capability, 0 tags\n');
    expect(await run('apply', '8056c2e21c000001', await file('b.rules', 'x'))).toMatchObject({
      posted: [],
      failed: true,
    });
  });
});

describe('the program itself', () => {
  it('reads standard input, and its exit code tells', () => {
    const main = fileURLToPath(new URL('../../bin/ztkit-controller.js', import.meta.url));
    const start = (input: string, ...words: string[]) =>
      spawnSync(process.execPath, [main, 'rules', ...words], { input, encoding: 'utf8' });
    expect(start('accept;', 'check', '-')).toMatchObject({
      status: 0,
      stdout: 'stdin: 1 rule, 0 capabilities, 0 tags\n',
    });
    const bad = start('x', 'check', '-');
    expect([bad.status, bad.stdout]).toEqual([1, '']);
    expect(bad.stderr).toMatch(/^stdin:1:1: error: /);
    expect(start('[{"type":"ACTION_DROP"}]', 'decompile', '-').stdout).toBe('drop;\n');
    expect(start('{', 'decompile', '-')).toMatchObject({ status: 1, stdout: '' });
    const help = start('', '--help');
    expect([help.status, help.stdout.includes('compile [options] <file>')]).toEqual([0, true]);
  });
});
