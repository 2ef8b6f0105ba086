/** Tags of a source: what they are, and what their names stand for in matches (controller.md §10.2, §10.3). */
import { readBits, readNumber } from './argument-readers.js';
import type { DiagnosticList } from './diagnostics.js';
import { readName } from './names.js';
import { didYouMean, quoted } from './suggest.js';
import type { TagNode, Word } from './syntax.js';

const UINT32 = 0xffff_ffff;

/** A tag as it is understood. */
export interface TagDeclaration {
  id: number;
  default: number | null;
  enums: ReadonlyMap<string, number>;
  flags: ReadonlyMap<string, number>;
}

/** All tags of a source, by name and by id. */
export class TagScope {
  readonly byName = new Map<string, TagDeclaration>();
  readonly #byId = new Map<number, TagDeclaration>();

  constructor(
    nodes: readonly TagNode[],
    /** Whether every definition was readable: otherwise an unknown name may be one that was not. */
    readonly isComplete: boolean,
    private readonly diagnostics: DiagnosticList,
  ) {
    for (const node of nodes) this.#declare(node);
  }

  #declare(node: TagNode): void {
    const { diagnostics } = this;
    const id = node.id && readNumber(node.id, 'an id', UINT32, diagnostics);
    const flags = this.#flags(node);
    const enums = this.#names(node.enums, 'enum', (word) => readNumber(word, 'a value', UINT32, diagnostics));
    const declaration = { id: id ?? 0, default: this.#default(node, enums, flags), enums, flags };
    if (this.byName.has(node.name)) diagnostics.error(node.at, `There are two tags ${quoted(node.name)}`);
    if (id !== undefined && this.#byId.has(id)) {
      diagnostics.error(node.id ?? node.at, `The id ${id} belongs to another tag already`);
    }
    this.byName.set(node.name, declaration);
    if (id !== undefined) this.#byId.set(id, declaration);
  }

  /** Bits are numbers and the flags defined before. */
  #flags(node: TagNode): Map<string, number> {
    const masks = new Map<string, bigint>();
    return this.#names(node.flags, 'flag', (word, name) => {
      const bits = readBits(word, 'a list of bits', 32, masks, this.diagnostics);
      if (bits !== undefined) masks.set(name.toLowerCase(), bits);
      return bits === undefined ? undefined : Number(bits);
    });
  }

  #names(
    list: TagNode['flags'],
    kind: string,
    read: (value: Word, name: string) => number | undefined,
  ): Map<string, number> {
    const found = new Map<string, number>();
    for (const { value, name } of list) {
      const number = read(value, name.text);
      const folded = readName(name, `a value (${kind})`, this.diagnostics);
      if (folded === undefined) continue;
      if (found.has(folded)) this.diagnostics.error(name, `The tag has two ${kind} names ${quoted(folded)}`);
      found.set(folded, number ?? 0);
    }
    return found;
  }

  /** An enum name, a flag name or a number; the original takes anything else for 0 without a word (§10.3). */
  #default(
    { default: word }: TagNode,
    enums: ReadonlyMap<string, number>,
    flags: ReadonlyMap<string, number>,
  ): number | null {
    if (word === undefined) return null;
    const named = enums.get(word.text) ?? flags.get(word.text);
    if (named !== undefined) return named;
    if (/^(?:\d|0x)/i.test(word.text)) return readNumber(word, 'a value', UINT32, this.diagnostics) ?? 0;
    const hint = didYouMean(word.text, [...enums.keys(), ...flags.keys()]);
    this.diagnostics.warn(word, `${quoted(word.text)} names no value of this tag, so its default is 0${hint}`);
    return 0;
  }

  /** The tag that a match names, by name or id. A number may be the id of a tag that the source does not define. */
  find(word: Word): { id: number; declaration: TagDeclaration | undefined } | undefined {
    const declaration = this.byName.get(word.text);
    if (declaration !== undefined) return { id: declaration.id, declaration };
    if (/^\d/.test(word.text)) {
      const id = readNumber(word, 'the id of a tag', UINT32, this.diagnostics);
      return id === undefined ? undefined : { id, declaration: this.#byId.get(id) };
    }
    if (!this.isComplete) return undefined;
    return this.diagnostics.error(
      word,
      `There is no tag ${quoted(word.text)}${didYouMean(word.text, this.byName.keys())}`,
    );
  }

  /** A value of a tag: a number, a flag name or an enum name. */
  value(word: Word, declaration: TagDeclaration | undefined): number | undefined {
    const named = declaration?.flags.get(word.text) ?? declaration?.enums.get(word.text);
    if (named !== undefined) return named;
    const names = new Map([...(declaration?.flags ?? []), ...(declaration?.enums ?? [])]);
    return readNumber(word, 'a value of this tag', UINT32, this.diagnostics, names);
  }
}
