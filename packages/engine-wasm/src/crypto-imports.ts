/** The public-key operations and SHA-2 the core asks its host for (packages/core/src/crypto/provider_wasm.cc). */
import { sha384, sha512 } from '@noble/hashes/sha2.js';
import sodium from 'libsodium-wrappers-sumo';

/** Resolves when libsodium can be used. */
export function cryptoReady(): Promise<void> {
  return sodium.ready;
}

/**
 * The imports for one instance; `memory` gives the instance's bytes as of now. Inputs are copied out first: libsodium
 * works in a memory of its own.
 */
export function cryptoImports(memory: () => Uint8Array): WebAssembly.ModuleImports {
  const read = (at: number, size: number): Uint8Array => memory().slice(at, at + size);
  const write = (at: number, bytes: Uint8Array): void => memory().set(bytes, at);
  return {
    sha512: (message: number, size: number, out: number) => write(out, sha512(read(message, size))),
    sha384: (message: number, size: number, out: number) => write(out, sha384(read(message, size))),
    x25519(out: number, scalar: number, point: number): number {
      try {
        write(out, sodium.crypto_scalarmult(read(scalar, 32), read(point, 32)));
        return 0;
      } catch {
        return -1; // An all-zero result: a point of small order (provider_wasm.cc).
      }
    },
    x25519_base: (out: number, scalar: number) => write(out, sodium.crypto_scalarmult_base(read(scalar, 32))),
    ed25519_public: (out: number, seed: number) => {
      write(out, sodium.crypto_sign_seed_keypair(read(seed, 32)).publicKey);
    },
    ed25519_sign(out: number, seed: number, key: number, message: number, size: number): void {
      const secret = new Uint8Array(64); // libsodium's form: seed ‖ public key
      secret.set(read(seed, 32));
      secret.set(read(key, 32), 32);
      write(out, sodium.crypto_sign_detached(read(message, size), secret));
      secret.fill(0);
    },
    ed25519_verify(signature: number, message: number, size: number, key: number): number {
      return sodium.crypto_sign_verify_detached(read(signature, 64), read(message, size), read(key, 32)) ? 0 : -1;
    },
  };
}
