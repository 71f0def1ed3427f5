import { createHash } from 'node:crypto';
import type { SimulationCosts } from '../../../../node-image/src/contract/index.ts';
import { costsSentenceStart } from '../../model/simulation-costs.ts';
import { canonicalJson } from '../../plan/canonical-json.ts';

/**
 * The sentence that every simulated run is stored with: four costs for people, and a digest of all
 * of them, by which comparisons tell whether two runs reckoned with the same.
 */
export function costsWarning(costs: SimulationCosts): string {
  const { signMicros, verifyMicros } = costs.schemes.ed25519;
  const [sign, verify, send, receive] = [
    signMicros,
    verifyMicros,
    costs.sendMicros,
    costs.receiveMicros,
  ].map((micros) => Math.round(micros));
  const digest = createHash('sha256').update(canonicalJson(costs)).digest('hex').slice(0, 12);
  return (
    `${costsSentenceStart}at costs ${digest}: ` +
    `${sign} µs to sign, ${verify} µs to verify, ${send} µs to send and ${receive} µs to receive.`
  );
}
