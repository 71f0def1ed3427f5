import type { Stream } from '@libp2p/interface';

/** What we touch of the yamux stream class, which is not exported. */
interface WindowedStream {
  sendWindowUpdate?: () => void;
  state?: number;
  recvWindow?: number;
  recvWindowCapacity?: number;
}

/** StreamState.Established of @chainsafe/libp2p-yamux 8. */
const ESTABLISHED = 3;

/**
 * Announces credit to the sender when half of the window is used up, instead of after every data
 * frame: stock yamux answers each frame with one of its own (encrypted, written, acknowledged).
 * Safe because the window (4 MiB) is far larger than what is under way at once. A stream of
 * another shape is left as it is.
 */
export function announceWindowsLate(stream: Stream): void {
  const inner = stream as WindowedStream;
  const announce = inner.sendWindowUpdate?.bind(stream);
  if (announce === undefined) return;
  inner.sendWindowUpdate = () => {
    const { state, recvWindow, recvWindowCapacity } = inner;
    const isAmple =
      state === ESTABLISHED &&
      recvWindow !== undefined &&
      recvWindowCapacity !== undefined &&
      recvWindowCapacity * 2 > recvWindow;
    if (!isAmple) announce();
  };
}
