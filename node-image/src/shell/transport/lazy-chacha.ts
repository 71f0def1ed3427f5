import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { ChaCha20Poly1305 as WasmCipher } from '@chainsafe/as-chacha20poly1305';

/**
 * Stands in for @chainsafe/as-chacha20poly1305 in the bundle (see scripts/build-node.ts). Noise
 * uses that WebAssembly cipher for small messages, three times as fast as Node's own because it
 * has no set-up; but it costs every node 6 MB and 15 ms at start. So a node begins with Node's,
 * and loads the other once it is busy.
 */
export function newInstance(): null {
  return null;
}

/** More than this many operations within `BUSY_MS` is busy; an idle network has 60 a second. */
const BUSY_OPERATIONS = 512;
const BUSY_MS = 3_000;

const NAME = 'chacha20-poly1305';
const TAG_BYTES = 16;

export class ChaCha20Poly1305 {
  #fast: WasmCipher | null = null;
  #operations = 0;
  #sinceMs = performance.now();

  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, ad: Uint8Array): Uint8Array {
    if (this.#fast !== null) return this.#fast.seal(key, nonce, plain, ad);
    this.#count();
    const cipher = createCipheriv(NAME, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(ad, { plaintextLength: plain.byteLength });
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([body, cipher.getAuthTag()]);
  }

  /** @returns the plain text, null if the message is not authentic */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    ad: Uint8Array,
    target?: Uint8Array,
  ): Uint8Array | null {
    if (this.#fast !== null) return this.#fast.open(key, nonce, sealed, ad, target);
    this.#count();
    const bodyBytes = sealed.byteLength - TAG_BYTES;
    if (bodyBytes < 0) return null;
    const decipher = createDecipheriv(NAME, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(ad, { plaintextLength: bodyBytes });
    decipher.setAuthTag(sealed.subarray(bodyBytes));
    const plain = decipher.update(sealed.subarray(0, bodyBytes));
    try {
      decipher.final();
    } catch {
      // OpenSSL's way of saying that the tag does not fit.
      return null;
    }
    return plain;
  }

  #count(): void {
    this.#operations += 1;
    if (this.#operations < BUSY_OPERATIONS) return;
    const nowMs = performance.now();
    const isBusy = nowMs - this.#sinceMs < BUSY_MS;
    this.#operations = 0;
    this.#sinceMs = nowMs;
    if (isBusy) void this.#load();
  }

  async #load(): Promise<void> {
    const wasm = await import('@chainsafe/as-chacha20poly1305');
    this.#fast ??= new wasm.ChaCha20Poly1305(wasm.newInstance());
  }
}
