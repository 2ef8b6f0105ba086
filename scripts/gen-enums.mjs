// schema/enums.json -> the C++ and TypeScript enums. `--check` fails when the committed files differ.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const schema = JSON.parse(readFileSync(join(root, 'schema/enums.json'), 'utf8'));
const header = '// Generated from schema/enums.json by scripts/gen-enums.mjs. Do not edit.';
const pascal = (name) => name.replace(/(^|_)([a-z0-9])/g, (_, __, c) => c.toUpperCase());

function cppEnum([name, { doc, type, values }]) {
  const entries = Object.entries(values);
  return [
    `// ${doc}`,
    `enum class ${name} : ${type} {`,
    ...entries.map(([key, value]) => `  k${pascal(key)} = ${value},`),
    '};',
    `constexpr std::string_view ToString(${name} value) {`,
    '  switch (value) {',
    ...entries.map(([key]) => `    case ${name}::k${pascal(key)}: return "${key}";`),
    '  }',
    '  return "unknown";',
    '}',
    `inline constexpr int k${name}Count = ${Math.max(...entries.map(([, v]) => v)) + 1};`,
    '',
  ].join('\n');
}

function tsEnum([name, { doc, values }]) {
  const entries = Object.entries(values);
  return [
    `/** ${doc} */`,
    `export const ${name} = {`,
    ...entries.map(([key, value]) => `  ${key.toUpperCase()}: ${value},`),
    '} as const;',
    `/** A value of {@link ${name}}. */`,
    `export type ${name} = (typeof ${name})[keyof typeof ${name}];`,
    `/** Name of each {@link ${name}} value. */`,
    `export const ${name}Name: Readonly<Record<number, keyof typeof ${name}>> = {`,
    ...entries.map(([key, value]) => `  ${value}: '${key.toUpperCase()}',`),
    '};',
    '',
  ].join('\n');
}

function tsAliases([name, { note, values }]) {
  return [
    `/** ${note} */`,
    `export const ${name}Alias = {`,
    ...Object.entries(values).map(([alias, key]) => `  ${alias}: ${name}.${key.toUpperCase()},`),
    '} as const;',
    '',
  ].join('\n');
}

const enums = Object.entries(schema.enums);
const outputs = {
  'packages/core/include/zt/generated/enums.h': [
    header,
    '#pragma once',
    '',
    '#include <cstdint>',
    '#include <string_view>',
    '',
    'namespace zt {',
    '',
    ...enums.map(cppEnum),
    '}  // namespace zt',
    '',
  ].join('\n'),
  'packages/types/src/generated/enums.ts': [
    header,
    '',
    ...enums.map(tsEnum),
    ...Object.entries(schema.aliases).map(tsAliases),
  ].join('\n'),
};

let drift = false;
for (const [path, text] of Object.entries(outputs)) {
  const file = join(root, path);
  if (process.argv.includes('--check')) {
    let current = '';
    try {
      current = readFileSync(file, 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    if (current !== text) {
      console.error(`${path} differs from schema/enums.json: run node scripts/gen-enums.mjs`);
      drift = true;
    }
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
process.exitCode = drift ? 1 : 0;
