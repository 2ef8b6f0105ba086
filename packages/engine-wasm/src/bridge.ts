/** The module's exports, one to one (bridge/bridge.cc). Pointers and sizes are numbers; times are milliseconds. */
export interface Bridge {
  memory: WebAssembly.Memory;
  zt_alloc(size: number): number;
  zt_free(pointer: number): void;
  zt_create(mono: number, wall: number, options: number, size: number): number;
  zt_destroy(handle: number): void;
  zt_command(handle: number, mono: number, wall: number, request: number, size: number): number;
  zt_reply(handle: number): number;
  zt_tcp_write(handle: number, mono: number, wall: number, socket: number, data: number, size: number): number;
  zt_tcp_read(handle: number, mono: number, wall: number, socket: number, into: number, size: number): number;
  zt_udp_send(
    handle: number,
    mono: number,
    wall: number,
    socket: number,
    to: number,
    toSize: number,
    data: number,
    size: number,
  ): number;
  zt_udp_receive(
    handle: number,
    mono: number,
    wall: number,
    socket: number,
    into: number,
    size: number,
    endpoints: number,
  ): number;
  zt_frames_send(handle: number, mono: number, wall: number, port: number, records: number, size: number): number;
  zt_frames_receive(handle: number, mono: number, wall: number, port: number, into: number, size: number): number;
  zt_datagrams(handle: number, mono: number, wall: number, batch: number, size: number): number;
  zt_timeout(handle: number, mono: number, wall: number): void;
  zt_poll_transmit(handle: number, mono: number, wall: number): number;
  zt_outbound(handle: number): number;
  zt_relay_wanted(handle: number): number;
  zt_relay_server(handle: number): number;
  zt_relay_opened(handle: number, mono: number, wall: number): void;
  zt_relay_data(handle: number, mono: number, wall: number, data: number, size: number): void;
  zt_relay_closed(handle: number, mono: number, wall: number): void;
  zt_relay_output(handle: number): number;
  zt_relay_output_size(handle: number): number;
  zt_relay_consumed(handle: number, size: number): void;
  zt_drain_events(handle: number, maxBytes: number): number;
  zt_events(handle: number): number;
  zt_has_events(handle: number): number;
  zt_next_timeout(handle: number): number;
  zt_shutdown(handle: number, mono: number, wall: number): void;
  zt_identity_start(seed: number, size: number): number;
  zt_identity_step(): number;
  zt_make_world(seed: number, seedSize: number, spec: number, size: number): number;
  zt_made(): number;
}

/** A record at `zt_outbound`: data, size, via, ttl, port, family (32-bit little-endian each), 16 address bytes. */
export const TRANSMIT_RECORD_BYTES = 40;
