import { parseNetworkId, parseNodeAddress } from '@ztkit/types';
import { expect, it } from 'vitest';
import { MIN_REQUEST_INTERVAL_MS, Presence } from './presence.js';

it('drops impatient requests, and none because the clock was set back', () => {
  const presence = new Presence(() => 0);
  const network = parseNetworkId('1234567890000001');
  const member = parseNodeAddress('aaaaaaaaaa');
  const now = 10_000_000;
  expect(presence.admit(network, member, now)).toBe(true);
  expect(presence.admit(network, member, now + MIN_REQUEST_INTERVAL_MS)).toBe(false);
  expect(presence.admit(network, member, now - 3_600_000)).toBe(true);
  expect(presence.admit(network, member, now - 3_600_000 + 1)).toBe(false);
});
