/** Tags and their values in words, for the text that is made of JSON. */
import { ControllerError } from '../domain/errors.js';
import type { RulesDocument } from './format.js';
import { RULES_LIMITS } from './limits.js';
import type { TagNames } from './match-text.js';
import { isName } from './names.js';

type Numbers = ReadonlyMap<string, number>;

interface KnownTag {
  name: string;
  default: number | null;
  flags: Numbers;
  enums: Numbers;
}

const UINT32 = 0xffff_ffff;

/** The tags that a document defines. */
export class TagVocabulary implements TagNames {
  readonly #tags = new Map<number, KnownTag>();

  constructor(tags: NonNullable<RulesDocument['tags']>, byName: NonNullable<RulesDocument['tagsByName']>) {
    const names = uniqueNames(
      tags,
      Object.fromEntries(Object.entries(byName).map(([name, { id }]) => [name, id])),
      'tag',
    );
    const details = new Map(Object.values(byName).map((named) => [named.id, named]));
    if (names.size > RULES_LIMITS.definitions) {
      throw new ControllerError('ERR_CONTROLLER_INPUT', `${names.size} tags are too many to be written as rules text`);
    }
    for (const { id, default: value } of tags) {
      const { flags, enums } = details.get(id) ?? {};
      const name = names.get(id) ?? '';
      this.#tags.set(id, {
        name,
        default: readDefault(value, name),
        // A flag of no bits cannot be written.
        flags: valuesOf(flags, (mask) => mask > 0),
        enums: valuesOf(enums, () => true),
      });
    }
  }

  tag(id: number): string {
    return this.#tags.get(id)?.name ?? String(id);
  }

  value(id: number, value: number): string {
    const tag = this.#tags.get(id);
    if (tag === undefined) return String(value);
    // A flag's name hides an enum's (controller.md §10.3: "value, flag name or enum name").
    return nameFor(value, tag.flags, new Map()) ?? nameFor(value, tag.enums, tag.flags) ?? String(value);
  }

  /** The definition of each. */
  definitions(): string[] {
    return [...this.#tags].map(([id, tag]) => {
      const lines = [`tag ${tag.name}`, `  id ${id}`];
      // Here an enum's name hides a flag's (controller.md §10.2).
      if (tag.default !== null) lines.push(`  default ${nameFor(tag.default, tag.enums, new Map()) ?? tag.default}`);
      for (const [name, mask] of tag.flags) lines.push(`  flag ${bitsText(mask)} ${name}`);
      for (const [name, value] of tag.enums) lines.push(`  enum ${value} ${name}`);
      return [...lines, ';'].join('\n');
    });
  }
}

/** A name for each id: the given one if it is usable, else made of the id. Ids of 32 bits are required. */
export function uniqueNames(
  entries: readonly { id: number }[],
  byName: Readonly<Record<string, number>>,
  prefix: string,
): Map<number, string> {
  const given = new Map<number, string>();
  for (const [name, id] of Object.entries(byName)) if (isName(name)) given.set(id, name);
  const taken = new Set(given.values());
  const names = new Map<number, string>();
  for (const { id } of entries) {
    if (!Number.isInteger(id) || id < 0 || id > UINT32) {
      throw new ControllerError('ERR_CONTROLLER_INPUT', `An id must be an integer of 0 to ${UINT32}, not ${id}`);
    }
    let name = given.get(id) ?? `${prefix}${id}`;
    while (!given.has(id) && taken.has(name)) name += '_';
    names.set(id, name);
  }
  return names;
}

function readDefault(value: number | null | undefined, name: string): number | null {
  if (value === undefined || value === null) return null;
  if (Number.isInteger(value) && value >= 0 && value <= UINT32) return value;
  throw new ControllerError(
    'ERR_CONTROLLER_INPUT',
    `The default of ${name} must be 0 to ${UINT32} or null, not ${value}`,
  );
}

function valuesOf(record: Readonly<Record<string, number>> | undefined, keep: (value: number) => boolean): Numbers {
  const usable = Object.entries(record ?? {}).filter(
    ([name, value]) => isName(name) && Number.isInteger(value) && value >= 0 && value <= UINT32 && keep(value),
  );
  return new Map(usable.slice(0, RULES_LIMITS.tagNames));
}

function nameFor(value: number, names: Numbers, hiding: Numbers): string | undefined {
  for (const [name, number] of names) if (number === value && !hiding.has(name)) return name;
  return undefined;
}

function bitsText(mask: number): string {
  return Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => ((mask >>> bit) & 1) === 1)
    .join(',');
}
