import type { SignatureSchemeName } from '../contract/index.ts';
import { ecdsaP256 } from './ecdsa-p256.ts';
import { ed25519 } from './ed25519.ts';
import { mlDsa } from './ml-dsa.ts';
import type { SignatureScheme } from './scheme.ts';

/** Functions, because a library that nobody needs is to cost nothing at the start. */
const schemes: Readonly<
  Record<SignatureSchemeName, () => SignatureScheme | Promise<SignatureScheme>>
> = {
  ed25519: () => ed25519,
  'ecdsa-p256': () => ecdsaP256,
  'ml-dsa-44': () => mlDsa('ml-dsa-44'),
  'ml-dsa-65': () => mlDsa('ml-dsa-65'),
  'ml-dsa-87': () => mlDsa('ml-dsa-87'),
  'bls12-381': async () => {
    const [{ createBls12381 }, { loadBlst }] = await Promise.all([
      import('./bls12-381.ts'),
      import('./load-blst.ts'),
    ]);
    return createBls12381(loadBlst());
  },
};

/** @throws Error if the library behind the scheme cannot be loaded on this machine */
export async function loadScheme(name: SignatureSchemeName): Promise<SignatureScheme> {
  return schemes[name]();
}
