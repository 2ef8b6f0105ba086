/** Limits of the TCP relay's server, each with its reason. */

/** Where a client's datagrams may not go: below are services of other protocols (vl1.md §10.2). */
export const MAX_REFUSED_PORT = 1024;
/** Shorter ones are no VL1 (vl1.md §10.2). */
export const MIN_DATAGRAM_BYTES = 16;
/** Datagrams for a client are shorter than this (vl1.md §10.2). */
export const MAX_DATAGRAM_BYTES = 2048;
/** What waits for one slow client; more is dropped (vl1.md §10.2). */
export const MAX_WAITING_BYTES = 131_072;
/** UDP ports of clients: from 1024, wrapping after 65534 (vl1.md §10.2). */
export const FIRST_PORT = 1024;
export const LAST_PORT = 65_534;
/** Ports tried for a new client before it is turned away. */
export const PORT_TRIES = 256;
/** Datagrams of one client that the system has not taken yet; then its stream is read no further. */
export const MAX_SENDS_UNDER_WAY = 64;
/** A client that sends nothing for so long is closed (vl1.md §10.2). */
export const IDLE_MS = 300_000;
/** A client greets at once; one that does not is no client. */
export const GREETING_MS = 10_000;
/** How often idle clients are looked for. */
export const SWEEP_MS = 5_000;
/** What a token bucket holds, in seconds of its rate: a burst as a window of TCP makes it. */
export const BURST_SECONDS = 1;
