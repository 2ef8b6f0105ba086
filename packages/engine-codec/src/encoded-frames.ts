/** The ports for frames of an {@link EngineNode} over a {@link RawNode}. */
import type { EngineFrames, FrameCounters, FramePortHandle, LinkGroup, NetworkId } from '@ztkit/types';
import { Command, Status } from '@ztkit/types';
import { EncodedCaptures } from './encoded-captures.js';
import { writeNetworkId } from './fields.js';
import { statusError } from './status-error.js';

export class EncodedFrames extends EncodedCaptures implements EngineFrames {
  framesOpen(network: NetworkId, exclusive: boolean, queueBytes: number): FramePortHandle {
    const what = `cannot open the port for frames of network ${network}`;
    const body = this.requests.send(Command.FRAMES_OPEN, what, (out) => {
      writeNetworkId(out, network);
      out.bool(exclusive).u32(queueBytes);
    });
    return body.u32();
  }

  framesClose(port: FramePortHandle): void {
    const { status } = this.requests.attempt(Command.FRAMES_CLOSE, (out) => out.u32(port));
    // It may have ended meanwhile, with its network or with the node.
    if (status !== Status.OK && status !== Status.NOT_FOUND && status !== Status.CLOSED) {
      throw statusError(status, `cannot close port ${port}`);
    }
  }

  framesGroups(port: FramePortHandle, groups: readonly LinkGroup[]): void {
    this.requests.send(Command.FRAMES_GROUPS, `cannot subscribe port ${port}`, (out) => {
      out.u32(port).list(groups, ({ mac, adi }) => out.put(mac).u32(adi));
    });
  }

  framesInfo(port: FramePortHandle): FrameCounters {
    const body = this.requests.send(Command.FRAMES_INFO, `cannot look at port ${port}`, (out) => out.u32(port));
    const count = () => Number(body.u64());
    return {
      received: count(),
      receivedBytes: count(),
      dropped: count(),
      sent: count(),
      sentBytes: count(),
      noConfiguration: count(),
      badSource: count(),
      notABridge: count(),
      tooBig: count(),
      noRoom: count(),
      receiveQueue: body.u32(),
      sendQueue: body.u32(),
    };
  }

  framesSend(port: FramePortHandle, records: Uint8Array): number {
    const taken = this.raw.framesSend(port, records);
    if (taken >= 0) return taken;
    throw statusError(-taken, `cannot send frames through port ${port}`);
  }

  framesReceive(port: FramePortHandle, into: Uint8Array): number | undefined {
    const size = this.raw.framesReceive(port, into);
    if (size >= 0) return size;
    if (size === -Status.WOULD_BLOCK) return undefined;
    throw statusError(-size, `cannot take frames of port ${port}`);
  }
}
