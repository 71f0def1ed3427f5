import { createRequire } from 'node:module';
import type { BlsLibrary } from './bls12-381.ts';

/**
 * The native library behind BLS, for the machine this runs on: the package, or where there are no
 * packages (the image of the node) its binary beside the bundle, where build-image puts it.
 * @throws Error that says what is missing
 */
export function loadBlst(): BlsLibrary {
  const require = createRequire(import.meta.url);
  const causes: unknown[] = [];
  for (const name of ['@chainsafe/blst', './blst.node']) {
    try {
      // A decoding edge: native code has no types but those of its package.
      return require(name) as BlsLibrary;
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new Error(
    'This node has no BLS: the native library @chainsafe/blst was not built in for its system.',
    { cause: new AggregateError(causes) },
  );
}
