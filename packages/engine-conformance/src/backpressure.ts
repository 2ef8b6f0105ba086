/** A reader that does not read stops the writer; bytes held are bounded; nothing is lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { connection, receiveAll } from './tcp-pipe.js';

/** Send and receive buffers are at most 4 MiB each (docs/security/limits.md). */
const maxHeld = 9 << 20;

export function backpressureSuite(engines: EngineSet): void {
  describe(`back-pressure, ${engines.name}`, () => {
    let lab: Lab;
    let a: Member;
    let b: Member;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      [a, b] = await lab.pair();
    });
    afterAll(() => lab?.close());

    it('stops accepting bytes, says when there is room, delivers all of them', async () => {
      const [client, server] = await connection(a, b);
      const chunk = new Uint8Array(256 << 10);
      let sent = 0;
      // Fill until nothing moves for a while.
      for (let idle = 0; idle < 5; ) {
        const count = client.watched.node.tcpWrite(client.socket, chunk);
        sent += count;
        idle = count === 0 ? idle + 1 : 0;
        expect(sent).toBeLessThan(maxHeld);
        if (count < chunk.length) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(sent).toBeGreaterThan(64 << 10);
      const writable = client.watched.ready(client.socket);
      const receiving = receiveAll(server);
      await writable;
      const more = client.watched.node.tcpWrite(client.socket, chunk);
      expect(more).toBeGreaterThan(0);
      client.watched.node.tcpShutdown(client.socket);
      expect((await receiving).bytes).toBe(sent + more);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });

    it('keeps a connection with a closed window alive', async () => {
      const [client, server] = await connection(a, b);
      const chunk = new Uint8Array(1 << 20);
      let sent = 0;
      for (let turn = 0; turn < 20; turn++) {
        sent += client.watched.node.tcpWrite(client.socket, chunk);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      // The window is shut now; window probes (RFC 9293 §3.8.6.1) must find it open later.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      client.watched.node.tcpShutdown(client.socket);
      expect((await receiveAll(server)).bytes).toBe(sent);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });

    it('does not let one stuck connection hold up another', async () => {
      const [stuck, stuckServer] = await connection(a, b);
      const [client, server] = await connection(a, b);
      while (stuck.watched.node.tcpWrite(stuck.socket, new Uint8Array(1 << 20)) > 0);
      const receiving = receiveAll(server);
      client.watched.node.tcpWrite(client.socket, new Uint8Array(1000));
      client.watched.node.tcpShutdown(client.socket);
      expect((await receiving).bytes).toBe(1000);
      for (const end of [stuck, stuckServer, client, server]) end.watched.node.tcpAbort(end.socket);
    });
  });
}
