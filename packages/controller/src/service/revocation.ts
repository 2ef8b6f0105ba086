/** Who is told that a member is out (controller.md §6.2). */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import type { AnsweringContext } from './answering.js';

/** Recipients of one command to the node; more are told by further commands. */
const RECIPIENTS_AT_ONCE = 1024;

/** Addresses of the members of a network that asked within the online window. */
export function onlineMembers(context: AnsweringContext, network: NetworkId): NodeAddress[] {
  const now = context.now();
  const members = context.directory.members(network).map(({ id }) => id);
  return members.filter((id) => context.presence.isOnline(network, id, now));
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
