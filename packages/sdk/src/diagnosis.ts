/** Why a node is not online: what was tried, what answered, what to do. */
import type {
  ConnectivityInfo,
  ConnectivityState,
  Endpoint,
  EngineNode,
  NodeInfo,
  OfflineCause,
  RootContact,
} from '@ztkit/types';

/** What a reason means, and the way out. */
interface Advice {
  meaning: string;
  whatToDo: string;
}

const advice: Readonly<Record<OfflineCause, Advice>> = {
  IDENTITY_COLLISION: {
    meaning: 'A root knows our address with another key',
    whatToDo:
      'Delete identity.secret and identity.public and start again: the node gets a new address, ' +
      'which the member lists of its networks must learn.',
  },
  NO_ROOTS: {
    meaning: 'The planet and the moons name no root with an endpoint to try',
    whatToDo: 'Give a planet whose roots have stable endpoints, or orbit a moon that has one.',
  },
  NO_LOCAL_SOCKET: {
    meaning: 'No local UDP socket has the address family of any endpoint of the roots',
    whatToDo: 'Bind an address of that family (option "bind"), or use roots that have endpoints of the other one.',
  },
  ROOT_PATHS_REFUSED: {
    meaning: 'Every endpoint of every root is one that must not be used',
    whatToDo:
      'Look at the blacklists, at virtual networks whose addresses cover the roots, ' +
      'and at roots on loopback (option "allowLoopbackPaths").',
  },
  CLOCK_ABSURD: {
    meaning: 'The clock of this machine is years off',
    whatToDo: 'Set the clock: certificates and configurations are judged by it.',
  },
  VERSION_REFUSED: {
    meaning: 'A root answered with a protocol version that is too old to talk to',
    whatToDo: 'Update the root, or use another one.',
  },
  ROOT_KEY_MISMATCH: {
    meaning: 'Something answers at the endpoint of a root, but not with the key the planet names for it',
    whatToDo: 'Get the current planet of this root: it was installed anew, or another node has its address now.',
  },
  UDP_BLOCKED: {
    meaning: 'Not one datagram arrived from anywhere, although HELLOs were sent',
    whatToDo:
      'Let UDP out to the endpoints of the roots and the answers back in (firewall, network). ' +
      'If others are online here, check that these roots run and that the planet is theirs.',
  },
  TCP_RELAY_UNREACHABLE: {
    meaning: 'The TCP relay is the only way out (option "tcpRelay", mode "forced"), and it cannot be reached',
    whatToDo:
      'Check that the relay runs and its address and port are right, and let TCP out to it (firewall, network). ' +
      'Mode "automatic" uses UDP where it gets through.',
  },
  NO_ROOT_REACHABLE: {
    meaning: 'Datagrams arrive, or the TCP relay is connected, but no root answers',
    whatToDo: 'Check that the roots run, that their endpoints are right, and that the planet names their keys.',
  },
};

/** One reason of a {@link Diagnosis}. */
export interface DiagnosedReason extends Advice {
  reason: OfflineCause;
}

/** Whether a node can be reached and, if not, why. */
export interface Diagnosis {
  online: boolean;
  state: ConnectivityState;
  /** The most certain first; none when online. While `STARTING`: what holds so far. */
  reasons: readonly DiagnosedReason[];
  /** Ms since any root was heard; absent: never. */
  sinceRootHeardMs?: number;
  /** The TCP relay in use. */
  tunnel?: Endpoint;
  /** What was tried to reach each root, and when it was last heard. */
  roots: readonly RootContact[];
  /** Local UDP endpoints. */
  bound: NodeInfo['bound'];
  /** The last warning since the node was online. */
  warning?: string;
  /** All of that as text, for a log or a person. */
  text: string;
}

/** Keeps what the engine said last, so that a node which ended can still say why. */
export class Diagnostician {
  readonly #engine: EngineNode;
  #last: ConnectivityInfo;
  #bound: NodeInfo['bound'];
  #warning: string | undefined;

  constructor(engine: EngineNode, bound: NodeInfo['bound']) {
    this.#engine = engine;
    this.#bound = bound;
    this.#last = engine.diagnose();
  }

  onConnectivity(info: ConnectivityInfo): void {
    this.#last = info;
  }

  /** A warning explains what follows it, until the node is online; `undefined` forgets it. */
  onWarning(text: string | undefined): void {
    this.#warning = text;
  }

  /** `ended`: the engine can no longer be asked. */
  diagnose(ended: boolean): Diagnosis {
    if (!ended) {
      this.#last = this.#engine.diagnose();
      this.#bound = this.#engine.info().bound;
    }
    const { state, reasons, roots, ...rest } = this.#last;
    const diagnosis = {
      ...rest,
      online: !ended && (state === 'ONLINE' || state === 'TUNNELED'),
      state,
      reasons: reasons.map((reason) => ({ reason, ...advice[reason] })),
      roots,
      bound: this.#bound,
      ...(this.#warning === undefined ? {} : { warning: this.#warning }),
    };
    return { ...diagnosis, text: describe(diagnosis) };
  }
}

function describe(diagnosis: Omit<Diagnosis, 'text'>): string {
  const { state, reasons, roots, tunnel, warning } = diagnosis;
  const via = tunnel === undefined ? '' : ` through the TCP relay ${show(tunnel)}`;
  const lines = [`The node is ${state}${via}`];
  for (const { reason, meaning, whatToDo } of reasons) lines.push(`${reason}: ${meaning}. ${whatToDo}`);
  for (const root of roots) {
    const heard = root.sinceHeardMs === undefined ? 'never heard' : `heard ${seconds(root.sinceHeardMs)} ago`;
    lines.push(`Root ${root.address}: ${heard}; ${root.endpoints.map(describeTries).join(', ') || 'no endpoint'}`);
  }
  if (warning !== undefined) lines.push(`Last warning: ${warning}`);
  return lines.join('\n');
}

function describeTries({ endpoint, refused, tries, sinceTryMs }: RootContact['endpoints'][number]): string {
  if (refused) return `${show(endpoint)} must not be used`;
  if (sinceTryMs === undefined) return `${show(endpoint)} not tried yet`;
  const last = `last HELLO ${seconds(sinceTryMs)} ago`;
  return tries === 0 ? `${show(endpoint)} answers, ${last}` : `${show(endpoint)} tried ${tries} times, ${last}`;
}

function show({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
