import { expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.js';

const writes: [string, (out: ByteWriter) => ByteWriter, number[]][] = [
  ['u8', (out) => out.u8(0x12), [0x12]],
  ['u16', (out) => out.u16(0x1234), [0x12, 0x34]],
  ['u32', (out) => out.u32(0x12345678), [0x12, 0x34, 0x56, 0x78]],
  ['u64', (out) => out.u64(0x0102030405060708n), [1, 2, 3, 4, 5, 6, 7, 8]],
  ['i64', (out) => out.i64(-2n), [255, 255, 255, 255, 255, 255, 255, 254]],
  ['bool', (out) => out.bool(true), [1]],
  ['put', (out) => out.put(Uint8Array.of(7, 8)), [7, 8]],
  ['str16', (out) => out.str16('é'), [0, 2, 0xc3, 0xa9]],
  ['blob16', (out) => out.blob16(Uint8Array.of(9)), [0, 1, 9]],
  ['blob32', (out) => out.blob32(Uint8Array.of(9)), [0, 0, 0, 1, 9]],
  ['list', (out) => out.list([5, 6], (item) => out.u8(item)), [0, 2, 5, 6]],
];

it.each(writes)('%s is written whole where the memory has to grow for it', (_name, write, expected) => {
  for (let used = 0; used <= 16; used += 1) {
    const out = new ByteWriter(16).put(new Uint8Array(used).fill(0xaa));
    expect([...write(out).written], `after ${used} bytes`).toEqual([...Array(used).fill(0xaa), ...expected]);
  }
});

it('what does not fit its length is refused', () => {
  expect(() => new ByteWriter().blob16(new Uint8Array(65_536))).toThrow(RangeError);
  expect(() => new ByteWriter().list(Array(65_536).fill(0), () => undefined)).toThrow(RangeError);
});
