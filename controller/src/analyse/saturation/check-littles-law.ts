/**
 * Little's law in a closed loop: throughput times response is the number of clients. More than a
 * tenth off, something that was measured is not what it is called.
 * @param responseMs mean, > 0; @param clients > 0
 */
export function checkLittlesLaw(
  throughputTxPerSec: number,
  responseMs: number,
  clients: number,
): { readonly ratio: number; readonly holds: boolean } {
  const ratio = (throughputTxPerSec * (responseMs / 1_000)) / clients;
  return { ratio, holds: Math.abs(ratio - 1) < 0.1 };
}
