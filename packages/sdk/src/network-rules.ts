/** A network's rules at work: how often each one held, and which one decides about a frame. */
import type {
  EngineRules,
  GivenRules,
  NetworkId,
  RuleFieldValue,
  RuleHits,
  RuleListTrace,
  RuleQuestion,
  RuleTrace,
} from '@ztkit/types';
import { checkBytes, checkNodeAddress, checkObject, invalid } from './arguments.js';
import { checkGivenRules } from './given-rules.js';

/** What to ask about: an Ethernet frame, which way it goes, and optionally the other member. */
export interface ExplainOptions {
  /**
   * `outbound`: from this node; `inbound`: it arrived here. Every frame between members is judged twice, by the sender
   * and by the receiver.
   */
  direction: 'inbound' | 'outbound';
  /** Address of the other member. Default: the member that the frame's MAC stands for. */
  peer?: string;
  /** The Ethernet frame: destination, source, type, and 0..9986 bytes of payload. */
  frame: Uint8Array;
}

/** A decision, the way to it, and the reason in words. */
export interface RuleExplanation extends RuleTrace {
  /** The frame goes on to where it was going. False also when it is redirected. */
  allowed: boolean;
  /** The rule that decided: its list and its index in it. Absent: no rule did, so the frame is refused. */
  decidedBy?: { capability?: number; rule: number };
  /** The reason in words, one sentence for each step that mattered. For a person or a log, not for a program. */
  text: string;
}

/** Looks at the rules of one network; see {@link Network.rules}. */
export class NetworkRules {
  readonly #engine: EngineRules;
  readonly #network: NetworkId;
  readonly #check: () => void;

  /** @internal */
  constructor(engine: EngineRules, network: NetworkId, check: () => void) {
    this.#engine = engine;
    this.#network = network;
    this.#check = check;
  }

  /**
   * How often each rule held since the rules last changed; a refreshed configuration with the same rules goes on
   * counting. Counts evaluations: a multicast frame is evaluated for each receiver.
   * @throws ZtError `ERR_ZT_NOT_READY` without a configuration, `ERR_ZT_NOT_FOUND` when the network was left,
   * `ERR_ZT_NETWORK_DOWN`, `ERR_ZT_CLOSED`
   */
  hits(): RuleHits {
    this.#check();
    return this.#engine.networkRuleHits(this.#network);
  }

  /**
   * What the rules say of a frame now, with the tags, capabilities and certificates held now. Nothing is sent,
   * delivered or counted. A RANDOM rule draws anew each time.
   * @throws ZtError as {@link hits}; `ERR_ZT_INVALID_ARGUMENT`: no whole Ethernet header, or inbound from nobody known;
   * `ERR_ZT_MESSAGE_TOO_BIG`: a payload of more than 9986 bytes
   */
  explain(options: ExplainOptions): RuleExplanation {
    const question = checkQuestion(options);
    this.#check();
    return explained(this.#engine.networkExplain(this.#network, question));
  }
}

/** Evaluates rules that are not in force anywhere; the door is `node.explainRules`. */
export function explainGiven(engine: EngineRules, given: GivenRules, options: ExplainOptions): RuleExplanation {
  return explained(engine.rulesExplain(checkGivenRules(given), checkQuestion(options)));
}

function checkQuestion(options: ExplainOptions): RuleQuestion {
  checkObject('options', options);
  const { direction, peer } = options;
  if (direction !== 'inbound' && direction !== 'outbound') throw invalid('"direction" must be "inbound" or "outbound"');
  const frame = checkBytes('frame', options.frame);
  return peer === undefined ? { direction, frame } : { direction, frame, peer: checkNodeAddress('peer', peer) };
}

function explained(trace: RuleTrace): RuleExplanation {
  const last = trace.lists.at(-1);
  const decided = last?.endedBy !== undefined && last.verdict !== 'NO_MATCH' && trace.verdict === last.verdict;
  const capability = last?.capability === undefined ? {} : { capability: last.capability };
  return {
    ...trace,
    allowed: trace.verdict === 'ACCEPT' || trace.verdict === 'SUPER_ACCEPT',
    ...(decided && last.endedBy !== undefined ? { decidedBy: { ...capability, rule: last.endedBy } } : {}),
    text: describe(trace),
  };
}

function describe(trace: RuleTrace): string {
  const lines = trace.lists.map((list) => describeList(list));
  if (trace.verdict === 'NO_MATCH') lines.push('No rule accepts the frame and no capability does: refused');
  if (trace.redirectTo !== undefined) lines.push(`The frame goes to ${trace.redirectTo} instead`);
  for (const { to, length, watch } of trace.copies) {
    lines.push(`The first ${length} bytes of its payload go to ${to} as well (${watch ? 'watch' : 'tee'})`);
  }
  return lines.join('\n');
}

function describeList({ capability, verdict, endedBy, steps }: RuleListTrace): string {
  const name = capability === undefined ? 'Base rules' : `Capability ${capability}`;
  const by = endedBy === undefined ? 'came to their end' : `rule ${endedBy} (${steps[endedBy]?.name ?? '?'})`;
  const held = steps.flatMap(({ name: rule, step, not, field }, index) =>
    step === 'MATCHED' || step === 'UNMATCHED'
      ? [`${index} ${not ? 'not ' : ''}${rule} ${step === 'MATCHED' ? 'holds' : 'does not hold'}${show(field)}`]
      : [],
  );
  return `${name}: ${verdict}, ${by}${held.length === 0 ? '' : `; ${held.join(', ')}`}`;
}

function show(field: RuleFieldValue | undefined): string {
  if (field === undefined) return '';
  if (field.kind === 'absent') return ' (no such field)';
  if (field.kind === 'tags') return ` (own tag ${field.local ?? 'none'}, other's ${field.remote ?? 'none'})`;
  return ` (${field.value})`;
}
