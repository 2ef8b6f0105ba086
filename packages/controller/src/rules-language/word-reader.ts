/** Tokens (controller.md §10.1): words and the `;` at their ends. Made one at a time: a source is not held twice. */
import type { Word } from './syntax.js';

/** A word, a `;`, or the end of the text. */
export interface Token extends Word {
  kind: 'word' | 'end' | 'eof';
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SEMICOLON = 0x3b;
const HASH = 0x23;
const BYTE_ORDER_MARK = 0xfeff;

function isSpace(code: number): boolean {
  return code === SPACE || code === LF || code === TAB || code === CR;
}

/** Reads the tokens of a source, with one token of look-ahead. */
export class WordReader {
  readonly source: string;
  #at: number;
  /** `;` that still follow the last word. */
  #ends = 0;
  #next: Token | undefined;
  /** The token taken last. */
  last: Token = { kind: 'eof', text: '', start: 0, end: 0 };

  constructor(source: string) {
    this.source = source;
    this.#at = source.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  }

  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  take(): Token {
    this.last = this.peek();
    if (this.last.kind !== 'eof') this.#next = undefined;
    return this.last;
  }

  #read(): Token {
    if (this.#ends > 0) return this.#readEnd();
    this.#skipSpaceAndComments();
    const start = this.#at;
    if (start === this.source.length) return { kind: 'eof', text: '', start, end: start };
    let end = start;
    while (end < this.source.length && !isSpace(this.source.charCodeAt(end))) end += 1;
    let wordEnd = end;
    while (wordEnd > start && this.source.charCodeAt(wordEnd - 1) === SEMICOLON) wordEnd -= 1;
    this.#ends = end - wordEnd;
    this.#at = wordEnd;
    if (wordEnd === start) return this.#readEnd();
    return { kind: 'word', text: this.source.slice(start, wordEnd), start, end: wordEnd };
  }

  #readEnd(): Token {
    this.#ends -= 1;
    this.#at += 1;
    return { kind: 'end', text: ';', start: this.#at - 1, end: this.#at };
  }

  #skipSpaceAndComments(): void {
    for (; this.#at < this.source.length; this.#at += 1) {
      const code = this.source.charCodeAt(this.#at);
      if (code === HASH) this.#skipLine();
      else if (!isSpace(code)) return;
    }
  }

  /** Up to the character before the line's end. */
  #skipLine(): void {
    const isLast = (code: number): boolean => code === LF || code === CR;
    while (this.#at + 1 < this.source.length && !isLast(this.source.charCodeAt(this.#at + 1))) this.#at += 1;
  }
}
