/** The syntax tree of a rules source (controller.md §10.2). Words keep their places: errors point at them. */
import type { ActionKeyword } from './vocabulary.js';

/** Characters `start` to before `end` of the source. */
export interface Span {
  start: number;
  end: number;
}

/** A word of the source; also an argument of a macro call, which is a part of a word. */
export interface Word extends Span {
  text: string;
}

/** A match with its connectives. The arguments are not looked at yet. */
export interface MatchNode {
  kind: 'match';
  /** As written; keywords of matches are case-insensitive. */
  keyword: Word;
  not: boolean;
  or: boolean;
  arguments: Word[];
}

/** An action with the matches that lead to it. */
export interface ActionNode {
  kind: 'action';
  action: ActionKeyword;
  keyword: Word;
  /** TEE and WATCH. */
  length?: Word;
  /** TEE, WATCH and REDIRECT. */
  address?: Word;
  flags?: Word;
  matches: MatchNode[];
}

/** `include name(x,y)`. */
export interface IncludeNode {
  kind: 'include';
  keyword: Word;
  name: Word;
  arguments: Word[];
}

/** What macros, capabilities and the top level are made of. */
export type Statement = ActionNode | IncludeNode;

/** `macro name($a,$b) … ;` */
export interface MacroNode {
  kind: 'macro';
  /** In lower case. */
  name: string;
  at: Word;
  /** With their `$`, in lower case. */
  parameters: string[];
  body: Statement[];
}

/** `cap name id N [default] … ;` */
export interface CapabilityNode {
  kind: 'cap';
  name: string;
  at: Word;
  id?: Word;
  default: boolean;
  body: Statement[];
}

/** `tag name id N [default V] [flag BITS fname]… [enum N ename]… ;` */
export interface TagNode {
  kind: 'tag';
  name: string;
  at: Word;
  id?: Word;
  default?: Word;
  flags: { value: Word; name: Word }[];
  enums: { value: Word; name: Word }[];
}

/** A whole source. */
export interface SourceTree {
  body: Statement[];
  macros: MacroNode[];
  capabilities: CapabilityNode[];
  tags: TagNode[];
}
