/** What all parts of the parser share: the tokens, the diagnostics, and how to get over an error. */
import type { DiagnosticList } from './diagnostics.js';
import { RULES_LIMITS } from './limits.js';
import { strangeCharacter } from './names.js';
import { didYouMean, quoted } from './suggest.js';
import type { Span, Word } from './syntax.js';
import { OPENING } from './vocabulary.js';
import type { Token, WordReader } from './word-reader.js';

/** One source being parsed. */
export class ParseState {
  #statements = 0;

  constructor(
    readonly reader: WordReader,
    readonly diagnostics: DiagnosticList,
  ) {}

  /** Whether the next word is this keyword, in any case. */
  isNext(keyword: string): boolean {
    const token = this.reader.peek();
    return token.kind === 'word' && token.text.toLowerCase() === keyword;
  }

  /** Whether the next token ends what is being read: a `;`, the end of the text, or a word that begins a statement. */
  atBoundary(): boolean {
    const token = this.reader.peek();
    return token.kind !== 'word' || OPENING.has(token.text) || token.text.toLowerCase() === 'include';
  }

  /** The next word; at a boundary an error that says what is missing there. */
  word(expected: string): Word | undefined {
    if (!this.atBoundary()) return this.reader.take();
    const token = this.reader.peek();
    const found = token.kind === 'eof' ? 'the text ends' : `there is ${quoted(token.text)}`;
    return this.diagnostics.error(this.#visible(token), `${expected} is missing: ${found}`);
  }

  /** Takes the `;` of a block, or its end at the end of the text. Any other word means that the `;` is missing. */
  endBlock(opening: Word): void {
    const token = this.reader.peek();
    if (token.kind === 'end') this.reader.take();
    if (token.kind !== 'word') return;
    this.diagnostics.error(
      token,
      `${quoted(token.text)} begins a new statement, but the ${quoted(opening.text)} of line ` +
        `${this.diagnostics.lineOf(opening)} is not ended: put ";" before this word`,
    );
  }

  /** Passes over everything up to the next boundary, without looking at it. */
  skip(): void {
    while (!this.atBoundary()) this.reader.take();
  }

  /** Counts a statement; too many end the parsing. */
  count(at: Span): void {
    this.#statements += 1;
    if (this.#statements > RULES_LIMITS.statements) {
      this.diagnostics.fatal(at, `A source may have at most ${RULES_LIMITS.statements} statements`);
    }
  }

  /** An error about a word that no rule of the grammar wants here. */
  unexpected(word: Word, expected: string, candidates: Iterable<string>): undefined {
    const hint = strangeCharacter(word.text) || didYouMean(word.text, candidates);
    return this.diagnostics.error(word, `${quoted(word.text)} is not expected here: ${expected}${hint}`);
  }

  /** At the end of the text the place of an error is the last word: an empty place cannot be shown. */
  #visible(token: Token): Span {
    return token.kind === 'eof' ? this.reader.last : token;
  }
}
