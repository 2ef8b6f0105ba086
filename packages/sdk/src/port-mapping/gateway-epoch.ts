/**
 * The seconds a gateway says it has been counting since it knows its mappings. When they do not agree with the time
 * that passed here, it has forgotten them. Both rules let clocks differ by a sixteenth or an eighth.
 */

/** The seconds of one answer, and when it came (ms). */
export interface GatewayEpoch {
  protocol: 'NAT-PMP' | 'PCP';
  seconds: number;
  at: number;
}

/** True when the gateway lost its mappings between the two answers. Answers by different protocols say nothing. */
export function restartedBetween(earlier: GatewayEpoch, later: GatewayEpoch): boolean {
  if (earlier.protocol !== later.protocol) return false;
  const here = Math.max(0, (later.at - earlier.at) / 1000);
  const there = later.seconds - earlier.seconds;
  // RFC 6886 §3.6: less than what it said plus seven eighths of the time that passed, by more than two seconds.
  if (later.protocol === 'NAT-PMP') return there < (here * 7) / 8 - 2;
  // RFC 6887 §8.5: it went back, or one clock ran more than two seconds and a sixteenth ahead of the other.
  return there < -1 || here + 2 < there - there / 16 || there + 2 < here - here / 16;
}
