/** What `createNode` hands to a node. */
import type { EngineNode, NodeEvent } from '@ztkit/types';
import type { Logger } from './logger.js';
import type { NodeState } from './node-state.js';

/** What a {@link Node} is made of; `createNode` makes these. */
export interface NodeParts {
  engine: EngineNode;
  engineName: string;
  state: NodeState;
  logger: Logger;
  onEvent: ((event: NodeEvent) => void) | undefined;
  /** Delivers the events of the start that are still held back. */
  flush(): void;
  /** Ends what works beside the engine, before the engine ends; never rejects. */
  endBeside(): Promise<void>;
}
