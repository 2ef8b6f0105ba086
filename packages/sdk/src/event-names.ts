/** Names under which events can be listened to: ours, and those of older generations of the C API (sdk-api.md §2). */
import { Event, type NodeEvent } from '@ztkit/types';
import { invalid } from './arguments.js';

/** Older names that differ from ours. With or without the prefix `ZTS_EVENT_`. */
export const eventAliases = {
  NODE_IDENTITY_COLLISION: 'NODE_FATAL_ERROR',
  NODE_UNRECOVERABLE_ERROR: 'NODE_FATAL_ERROR',
  NODE_NORMAL_TERMINATION: 'NODE_DOWN',
  NETWORK_REQUESTING_CONFIG: 'NETWORK_REQ_CONFIG',
  PEER_P2P: 'PEER_DIRECT',
  PATH_DISCOVERED: 'PEER_PATH_DISCOVERED',
  PATH_ALIVE: 'PEER_PATH_DISCOVERED',
  PATH_DEAD: 'PEER_PATH_DEAD',
} as const satisfies Record<string, EventType>;

/** `type` of every event an engine can send. */
export type EventType = NodeEvent['type'];

/** Events of a socket, ping, capture, port for frames or controller request go to their object, not to listeners. */
const internalEvents = [
  'TCP_CONNECTED',
  'TCP_ACCEPTED',
  'TCP_READABLE',
  'TCP_WRITABLE',
  'TCP_CLOSED',
  'UDP_READABLE',
  'UDP_ERROR',
  'PING_REPLY',
  'CAPTURE_DATA',
  'FRAMES_READABLE',
  'FRAMES_WRITABLE',
  'FRAMES_CLOSED',
  'CONTROLLER_REQUEST',
] as const satisfies readonly EventType[];
type InternalEventType = (typeof internalEvents)[number];
const internalNames: ReadonlySet<string> = new Set(internalEvents);

/** `type` of the events an application sees. */
export type PublicEventType = Exclude<EventType, InternalEventType>;

type Aliases = typeof eventAliases;
type Unprefixed = PublicEventType | keyof Aliases;
/** Every name that `node.on` takes besides `'event'`. */
export type EventKey = Unprefixed | `ZTS_EVENT_${Unprefixed}`;

type Strip<K> = K extends `ZTS_EVENT_${infer Rest}` ? Rest : K;
type Resolve<K> = Strip<K> extends keyof Aliases ? Aliases[Strip<K>] : Strip<K>;
type Having<E, T> = E extends { type: infer Types } ? (T extends Types ? E & { type: T } : never) : never;

/** The event that arrives under a name. */
export type EventFor<K extends EventKey> = Having<NodeEvent, Resolve<K>>;

/** Any event an application sees. */
export type PublicEvent = Having<NodeEvent, PublicEventType>;

/** Tells what applications see from what belongs to a socket. */
export function isPublicEvent(event: NodeEvent): event is PublicEvent {
  return !internalNames.has(event.type);
}

/**
 * The `type` behind a name.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT` for a name that no event has
 */
export function eventTypeOf(name: string): PublicEventType {
  const bare = typeof name === 'string' && name.startsWith('ZTS_EVENT_') ? name.slice('ZTS_EVENT_'.length) : name;
  const type = Object.hasOwn(eventAliases, bare) ? eventAliases[bare as keyof Aliases] : bare;
  if (!Object.hasOwn(Event, type) || internalNames.has(type)) {
    throw invalid(`There is no event named ${JSON.stringify(String(name).slice(0, 60))}`);
  }
  return type as PublicEventType;
}
