/** Where a capture's bytes go: a file, a Node stream or a web stream. Writes come one at a time. */
import { ZtError } from '@ztkit/types';
import { invalid } from './arguments.js';

/** The methods of a Node stream that a capture uses; `stream.Writable` has them. */
export interface NodeWritable {
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): boolean;
  end(callback: (error?: Error | null) => void): unknown;
  on(event: 'error' | 'close', listener: (error: Error) => void): unknown;
  off(event: 'error' | 'close', listener: (error: Error) => void): unknown;
}

/** A path or `file:` URL, or a stream that takes bytes. */
export type CaptureTarget = string | URL | NodeWritable | WritableStream<Uint8Array>;

export interface CaptureSink {
  /** Resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
  /** After the last write; resolves when everything is out and closed. */
  close(): Promise<void>;
  /** Instead of close: after a failure, or when nothing was begun. */
  release(): Promise<void>;
}

/** Opens the file, or takes the stream. `preventClose`: leave a stream open at the end. */
export async function openSink(target: CaptureTarget, preventClose: boolean): Promise<CaptureSink> {
  if (typeof target === 'string' || target instanceof URL) return openFile(target);
  if (typeof (target as WritableStream)?.getWriter === 'function') {
    return webSink(target as WritableStream<Uint8Array>, preventClose);
  }
  const stream = target as NodeWritable;
  if ([stream?.write, stream?.end, stream?.on, stream?.off].every((method) => typeof method === 'function')) {
    return nodeSink(stream, preventClose || isStandardOutput(stream));
  }
  throw invalid('"target" must be a path, a file: URL, a stream.Writable or a WritableStream');
}

async function openFile(target: string | URL): Promise<CaptureSink> {
  if (target === '' || (typeof target === 'string' && target.includes('\0'))) throw invalid('"target" must be a path');
  if (target instanceof URL && target.protocol !== 'file:') throw invalid('"target" must be a file: URL');
  if (typeof process !== 'object' || typeof process.versions?.node !== 'string') {
    throw new ZtError('ERR_ZT_NOT_SUPPORTED', 'A capture cannot write a file here: give it a WritableStream');
  }
  const { open } = await import('node:fs/promises');
  const file = await open(target, 'w');
  return {
    write: (chunk) => file.writeFile(chunk),
    close: () => file.close(),
    release: () => file.close(),
  };
}

/** Closing standard output or standard error would silence the whole process. */
function isStandardOutput(stream: NodeWritable): boolean {
  const { fd } = stream as { fd?: unknown };
  return fd === 1 || fd === 2;
}

function nodeSink(stream: NodeWritable, preventClose: boolean): CaptureSink {
  let failed: Error | undefined;
  let pending: ((error: Error) => void) | undefined;
  const onError = (error: Error) => {
    failed ??= error;
    pending?.(failed);
  };
  // A stream that is destroyed during a write may never call back.
  const onClose = () => onError(new Error('the stream was closed before it took everything'));
  // An error between two writes must not end the process; the next write tells it. After a failure the listener stays:
  // a stream emits 'error' after the callback of the write that failed.
  stream.on('error', onError);
  stream.on('close', onClose);
  const release = async () => {
    stream.off('close', onClose);
    if (failed === undefined) stream.off('error', onError);
  };
  const settled = (begin: (callback: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      if (failed !== undefined) return reject(failed);
      pending = reject;
      begin((error) => (error ? onError(error) : resolve()));
    });
  return {
    write: (chunk) => settled((callback) => stream.write(chunk, callback)),
    async close() {
      await settled((callback) => {
        if (preventClose) return callback();
        stream.end((error) => {
          // It closes itself now.
          if (!error) stream.off('close', onClose);
          callback(error);
        });
      });
      await release();
    },
    release,
  };
}

function webSink(stream: WritableStream<Uint8Array>, preventClose: boolean): CaptureSink {
  if (stream.locked) throw invalid('"target" is a WritableStream that is locked to another writer');
  const writer = stream.getWriter();
  // A failure of the stream is told by write and close.
  writer.closed.catch(() => undefined);
  return {
    async write(chunk) {
      await writer.ready;
      await writer.write(chunk);
    },
    async close() {
      if (!preventClose) await writer.close();
      writer.releaseLock();
    },
    async release() {
      writer.releaseLock();
    },
  };
}
