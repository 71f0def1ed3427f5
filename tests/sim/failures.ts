import { createScenario, type ScenarioKind } from './scenario.ts';
import { runScenario } from './simulation.ts';
import type { Subject } from './subject.ts';

/** What went wrong in the first seeds, and how to see it again; after five the rest is not tried. */
export function failures(
  kind: ScenarioKind,
  seedCount: number,
  { name, subject }: { readonly name: string; readonly subject: Subject },
): string[] {
  const found: string[] = [];
  for (let seed = 1; seed <= seedCount && found.length < 5; seed++) {
    const verdict = runScenario(createScenario(seed, kind), { subject });
    if (verdict.kind === 'pass') continue;
    const replay = `npm run sim -- --subject '${name}' --kind ${kind} --seed ${seed} --trace`;
    found.push(`seed ${seed}: ${verdict.kind}, ${verdict.detail}\n  replay: ${replay}`);
  }
  return found;
}
