import { setFlagsFromString } from 'node:v8';

/**
 * V8's young generation doubles whenever much survives, as when a program loads its modules. A
 * node keeps its first size while it starts and idles, which saves 5 MB, and lets it grow under
 * load, when collections would otherwise be too many. V8 reads the factor each time it would grow.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

export function letYoungGenerationGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
