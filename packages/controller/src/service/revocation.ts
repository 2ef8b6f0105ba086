/** Who is told that a member is out (controller.md §6.2). */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import type { AnsweringContext } from './answering.js';

/** Recipients of one command to the node; more are told by further commands. */
const RECIPIENTS_AT_ONCE = 1024;

/**
 * Addresses of the members of a network that asked within the online window. A controller that has not run for as long
 * does not know who is online: every authorised member that was ever here is taken for it then.
 */
export function onlineMembers(context: AnsweringContext, network: NetworkId): NodeAddress[] {
  const now = context.now();
  const { presence } = context;
  const isNew = presence.isNew();
  return context.directory
    .members(network)
    .filter(
      ({ id, authorized, identity }) =>
        (isNew && authorized && identity !== undefined) || presence.isOnline(network, id, now),
    )
    .map(({ id }) => id);
}

/** Tells `recipients` that the certificate of each target no longer holds; they pass it on. */
export function revoke(
  context: AnsweringContext,
  network: NetworkId,
  targets: readonly NodeAddress[],
  recipients: readonly NodeAddress[],
): void {
  const issuedUntil = context.clock.revoked();
  for (const target of targets) {
    for (let from = 0; from < recipients.length; from += RECIPIENTS_AT_ONCE) {
      context.port.revoke(network, target, recipients.slice(from, from + RECIPIENTS_AT_ONCE), issuedUntil);
    }
  }
}
