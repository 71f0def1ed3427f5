import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CONTRACT_VERSION } from '../../../node-image/src/contract/index.ts';
import type { Provenance } from '../model/record.ts';
import type { ResolvedImage } from '../runtime/runtime.ts';
import { shorten } from './node-claims.ts';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));

export interface ProvenanceInput {
  readonly testbedVersion: string;
  /** Of all cells; each is recorded once. */
  readonly images: readonly ResolvedImage[];
  readonly commandLine: string;
}

/** Adds what git knows of this checkout; null where there is no git or no checkout. */
export async function collectProvenance({
  images,
  ...input
}: ProvenanceInput): Promise<Provenance> {
  // What images claim; what nodes claim is added as they come.
  const sources = distinct(images.flatMap(({ source }) => source ?? []));
  const commit = (await isOurCheckout()) ? await git('rev-parse', 'HEAD') : null;
  const changes = commit === null ? null : await git('status', '--porcelain');
  return {
    ...input,
    nodeImage: distinct(images.map(({ id }) => id)),
    nodeImageName: distinct(images.map(({ name }) => name)),
    claims: { source: sources === '' ? null : shorten(sources), nodes: [] },
    gitCommit: commit,
    gitDirty: changes === null ? null : changes !== '',
    contractVersion: CONTRACT_VERSION,
    nodeVersion: process.version,
  };
}

/** `a, b`: each once, in order of appearance. */
function distinct(texts: readonly string[]): string {
  return [...new Set(texts)].join(', ');
}

/** Installed as a package, the folder above us is the checkout of somebody else's project. */
async function isOurCheckout(): Promise<boolean> {
  const tracked = await git('ls-files', '--error-unmatch', fileURLToPath(import.meta.url));
  return tracked !== null;
}

async function git(...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run('git', ['-C', here, ...args], { timeout: 5_000 });
    return stdout.trim();
  } catch {
    return null;
  }
}
