/**
 * The port between the mesh and libp2p: an authenticated, ordered byte stream to one peer. The
 * mesh knows nothing else of the network, so it is tested without one.
 */
export interface LinkStream {
  /** Who is at the other end, proved by the connection's handshake. */
  readonly peerId: string;
  /**
   * Hands over bytes; the parts are not copied and must not change afterwards.
   * @returns false when the stream is full: send nothing more until `onDrain`
   */
  send(parts: readonly Uint8Array[]): boolean;
  /** Sets the one listener; bytes that came before are delivered to it first. */
  listen(listener: LinkListener): void;
  /** Closes stream and connection at once; `onClose` follows. Idempotent. */
  abort(reason: string): void;
}

export interface LinkListener {
  onBytes(chunk: Uint8Array): void;
  onDrain(): void;
  /** Exactly once; nothing comes after it. */
  onClose(reason: string): void;
}

export interface Host {
  /** Base58 text of this node's own peer id. */
  readonly peerId: string;
  /** `address:port` that others dial. */
  readonly dataAddress: string;
  /** Rejects when the peer cannot be reached or is not who it should be. */
  dial(
    target: { readonly peerId: string; readonly dataAddress: string },
    options: { readonly signal: AbortSignal },
  ): Promise<LinkStream>;
  /** Streams opened by others, from any peer: whoever accepts them decides. */
  onStream(accept: (stream: LinkStream) => void): void;
  /**
   * From now on nobody else may connect: other peers are refused once they have proved who they
   * are, and what connections they have already are closed.
   */
  admitOnly(isAdmitted: (peerId: string) => boolean): void;
  /** Who is at the other end of each connection that is open now, whoever dialled. */
  connected(): readonly string[];
  close(): Promise<void>;
}
