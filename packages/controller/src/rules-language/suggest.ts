/** How errors name words: quoted and cut, with the word that was probably meant. */

/** Longest part of a foreign word that a message repeats. */
const QUOTED = 40;
/** Longer words than this are no misspelling of ours. */
const LONGEST_GUESS = 24;
/** Names of the user's own that are compared with a misspelt one. */
const MOST_CANDIDATES = 256;

/** A word between backquotes; control characters are shown as `·`, because the message may reach a terminal. */
export function quoted(word: string): string {
  const short = word.length > QUOTED ? `${word.slice(0, QUOTED)}…` : word;
  return `\`${short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '·')}\``;
}

/** ` (did you mean …?)`, or nothing. References are case-sensitive while names are kept in lower case. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const folded = word.toLowerCase();
  if (folded.length > LONGEST_GUESS) return '';
  const allowed = folded.length <= 3 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = allowed + 1;
  let looked = 0;
  for (const candidate of candidates) {
    looked += 1;
    if (looked > MOST_CANDIDATES) break;
    const distance = candidate === folded ? 0 : editDistance(folded, candidate, allowed);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best === undefined) return '';
  return bestDistance === 0 ? ` (write it in lower case: ${quoted(best)})` : ` (did you mean ${quoted(best)}?)`;
}

/** Insertions, deletions, replacements and swaps of neighbours between two short words; more than `most` is not told. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
