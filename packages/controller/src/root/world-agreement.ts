/** Whether a signed world is what its description says, bit for bit (vl1.md §6.1, §6.2). */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { signWorldDescription, type WorldDescription } from '@ztkit/sdk';

/** Where the parts of a serialized world are. */
const layout = { timestamp: 9, nextKey: 17, signature: 81, roots: 177 } as const;
/** An Ed25519 public key as SubjectPublicKeyInfo: this, then its 32 bytes (RFC 8410 §4). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * What is wrong with the signature of a file whose form is right. Nothing when the file names another key for its next
 * definition than the description has: then it is no damage, and signing says what to do.
 */
export function signatureDefect(file: Uint8Array, { signingKey }: WorldDescription): string | undefined {
  const nextKey = Buffer.from(file.subarray(layout.nextKey, layout.signature)).toString('hex');
  if (nextKey !== signingKey.toLowerCase() || isSigned(file, Buffer.from(signingKey, 'hex'))) return undefined;
  return "has a signature that its description's key did not make";
}

/** vl1.md §2.8, §6.2: over everything but the signature, between two marks. */
function isSigned(file: Uint8Array, publicKey: Uint8Array): boolean {
  const [before, after] = [file.subarray(0, layout.signature), file.subarray(layout.roots)];
  const text = Buffer.concat([Buffer.alloc(8, 0x7f), before, after, Buffer.alloc(8, 0xf7)]);
  const digest = createHash('sha512').update(text).digest().subarray(0, 32);
  const signature = file.subarray(layout.signature, layout.roots);
  if (!digest.equals(signature.subarray(64))) return false;
  const key = Buffer.concat([spkiHead, publicKey.subarray(32)]);
  return verify(null, digest, createPublicKey({ key, format: 'der', type: 'spki' }), signature.subarray(0, 64));
}

/** Signatures are the same each time (RFC 8032 §5.1.6), so that a description signed again gives the file again. */
export async function isDefinitionOf(file: Uint8Array, description: WorldDescription): Promise<boolean> {
  const timestamp = Buffer.from(file).readBigUInt64BE(layout.timestamp);
  const { bytes } = await signWorldDescription(description, { timestamp });
  return Buffer.compare(bytes, file) === 0;
}
