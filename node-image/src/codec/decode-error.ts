/** Bytes from the network that are not a message. Never fatal: the frame is counted and dropped. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
