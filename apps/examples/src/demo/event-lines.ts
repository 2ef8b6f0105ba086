/** One line per event, for people. */
import type { Node } from '@ztkit/sdk';
import type { NodeEvent } from '@ztkit/types';
import type { ChildMessage } from './messages.js';

// Events of single sockets are not news.
const silent = new Set([
  'TCP_READABLE',
  'TCP_WRITABLE',
  'UDP_READABLE',
  'TCP_CONNECTED',
  'TCP_ACCEPTED',
  'TCP_CLOSED',
  'PING_REPLY',
]);
// Shown only with --verbose.
const minor = new Set([
  'STORE_PEER',
  'STORE_NETWORK',
  'STORE_PLANET',
  'NETWORK_UPDATE',
  'NETIF_LINK_UP',
  'NETIF_LINK_DOWN',
]);

function detail(event: NodeEvent): string {
  if ('peer' in event && typeof event.peer === 'object') {
    const path =
      'path' in event && event.path !== undefined && event.path.address !== ''
        ? ` over ${event.path.address}:${event.path.port}`
        : '';
    return `${event.peer.address}${path}`;
  }
  if ('network' in event) return `${event.network.id} ${event.network.config?.name ?? ''}`.trim();
  if (event.type.startsWith('ADDR_') && 'address' in event && typeof event.address === 'object') {
    return `${event.address.address}/${event.address.bits}`;
  }
  if ('route' in event) return `${event.route.target.address}/${event.route.target.bits}`;
  if ('reason' in event) return `${event.reason}: ${event.detail}`;
  if ('kind' in event) return `${event.kind}: ${event.detail}`;
  if (event.type.startsWith('NODE_') && 'address' in event && typeof event.address === 'string') return event.address;
  if (event.type === 'CONTROLLER_REQUEST') return `from ${event.identity.slice(0, 10)} for ${event.networkId}`;
  return '';
}

/** Tells the parent every event of the node as a line. */
export function watchEvents(node: Node, tell: (message: ChildMessage) => void): void {
  node.on('event', (event) => {
    if (silent.has(event.type)) return;
    tell({ kind: 'event', name: event.type, detail: detail(event), important: !minor.has(event.type) });
  });
}
