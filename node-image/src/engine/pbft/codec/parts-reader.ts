import { ByteReader } from '../../../codec/byte-reader.ts';
import { DecodeError } from '../../../codec/decode-error.ts';
import { limits } from './limits.ts';

/**
 * Reads one message. Lists of signed things lie within lists of signed things, so that bounds of
 * each list alone multiply: what all of them may hold together is bounded here.
 */
export class PartsReader extends ByteReader {
  #signaturesLeft: number = limits.messageSignaturesMax;

  /** A view. @throws DecodeError also if the message holds too many */
  signature(): Uint8Array {
    if (--this.#signaturesLeft < 0) {
      throw new DecodeError(`more than ${limits.messageSignaturesMax} signatures`);
    }
    const length = this.u16();
    if (length < limits.signatureBytesMin || length > limits.signatureBytesMax) {
      throw new DecodeError(`a signature of ${length} bytes`);
    }
    return this.bytes(length);
  }

  /** Empty where the link vouches for the message. */
  signatureOrNothing(): Uint8Array {
    const length = this.u16();
    if (length > limits.signatureBytesMax || (length > 0 && length < limits.signatureBytesMin)) {
      throw new DecodeError(`a signature of ${length} bytes`);
    }
    return this.bytes(length);
  }
}
