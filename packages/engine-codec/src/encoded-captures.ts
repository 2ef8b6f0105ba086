/** The captures of an {@link EngineNode} over a {@link RawNode}. */
import type { CaptureHandle, CapturePoints, CaptureTerm, EngineCaptureOptions, EngineCaptures } from '@ztkit/types';
import { Command, Status } from '@ztkit/types';
import type { ByteWriter } from './byte-writer.js';
import { EncodedSockets } from './encoded-sockets.js';
import { writeNetworkId, writePrefix } from './fields.js';
import { statusError } from './status-error.js';

const pointBits: Readonly<Record<CapturePoints, number>> = { virtual: 1, outer: 2, both: 3 };

/** HOST_PROTOCOL.md §9; what is absent is written as "any". */
function writeTerm(out: ByteWriter, { network, protocol, host, port, etherType }: CaptureTerm): void {
  if (network === undefined) out.u64(0n);
  else writeNetworkId(out, network);
  out.u8(protocol ?? 0);
  writePrefix(out, host ?? { address: '', bits: 0 });
  out.u16(port ?? 0).u16(etherType ?? 0);
}

export class EncodedCaptures extends EncodedSockets implements EngineCaptures {
  captureStart({ points, snaplen, filter }: EngineCaptureOptions): CaptureHandle {
    const body = this.requests.send(Command.CAPTURE_START, 'cannot start a capture', (out) => {
      out.u8(pointBits[points]).u32(snaplen);
      out.list(filter, (term) => writeTerm(out, term));
    });
    return body.u32();
  }

  captureAck(capture: CaptureHandle, bytes: number): void {
    const { status } = this.requests.attempt(Command.CAPTURE_ACK, (out) => out.u32(capture).u32(bytes));
    // It may have ended meanwhile, alone or with the node.
    if (status !== Status.OK && status !== Status.NOT_FOUND && status !== Status.CLOSED) {
      throw statusError(status, `cannot acknowledge data of capture ${capture}`);
    }
  }

  captureStop(capture: CaptureHandle): void {
    this.requests.send(Command.CAPTURE_STOP, `cannot stop capture ${capture}`, (out) => out.u32(capture));
  }
}
