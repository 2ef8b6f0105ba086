/** Names that a source defines (controller.md §10.2). */
import type { DiagnosticList } from './diagnostics.js';
import { quoted } from './suggest.js';
import type { Word } from './syntax.js';
import { NAME, RESERVED } from './vocabulary.js';

/** The name that a word defines, in lower case; `of` is what it names, for the error. */
export function readName(word: Word, of: string, diagnostics: DiagnosticList): string | undefined {
  const name = word.text.toLowerCase();
  if (isName(name)) return name;
  if (RESERVED.has(name)) {
    return diagnostics.error(word, `${quoted(word.text)} is a reserved word and cannot name ${of}`);
  }
  return diagnostics.error(
    word,
    `${quoted(word.text)} cannot name ${of}: a name has letters, digits and "_", and does not begin with a digit` +
      strangeCharacter(word.text),
  );
}

/** Whether a text in lower case can be defined as a name. */
export function isName(text: string): boolean {
  return NAME.test(text) && !RESERVED.has(text);
}

/** Characters that look like white space, or like nothing, and separate no words. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Z}]/u;

/** Explains a character that was probably meant to separate words. */
export function strangeCharacter(text: string): string {
  if (text.includes(';')) return ' (put white space after the ";" inside it)';
  const [strange] = INVISIBLE.exec(text) ?? [];
  if (strange === undefined) return '';
  const code = (strange.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return ` (it contains the invisible character U+${code}: only space, tab and line ends separate words)`;
}
