/**
 * Builds `prsm-testbed-node:latest` from the bundle, on `node:24-bookworm-slim` if that image is
 * there or a registry gives it, else on a base made from the packages of this machine. An image
 * whose label says that it was built from the same sources is left alone.
 *
 * usage: build-image.ts [--force]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { TestbedError } from '../../controller/src/errors/testbed-error.ts';
import { openDocker } from '../../controller/src/runtime/docker/connect-docker.ts';
import {
  formatEndpoint,
  resolveEndpoint,
} from '../../controller/src/runtime/docker/docker-endpoint.ts';
import { translateDockerError } from '../../controller/src/runtime/docker/translate-docker-error.ts';
import { CONTRACT_VERSION, imageLabels } from '../../node-image/src/contract/index.ts';

const IMAGE = 'prsm-testbed-node:latest';
const REGISTRY_BASE = 'node:24-bookworm-slim';
const OWN_BASE = 'prsm-testbed-base:24';
/** A registry that has not begun to answer by then is taken for absent. */
const REGISTRY_MS = 8_000;
const PULL_MS_MAX = 10 * 60_000;
const BUILD_MS_MAX = 5 * 60_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const bundle = 'dist/node/main.mjs';
const dockerfile = 'node-image/Dockerfile';
const baseRecipe = 'scripts/setup/make-base-rootfs';

const endpoint = resolveEndpoint({ environment: process.env, homeFolder: homedir() });
const connection = await openDocker(endpoint);
try {
  await main(connection.client(), process.argv.includes('--force'));
} catch (error) {
  const known =
    error instanceof TestbedError
      ? error
      : translateDockerError(error, {
          action: `build ${IMAGE}`,
          address: formatEndpoint(endpoint),
        });
  process.stderr.write(`failed: ${known.message}\n`);
  if (known.hint !== undefined) process.stderr.write(`  next: ${known.hint}\n`);
  process.exitCode = known.exitCode;
} finally {
  connection.close();
}

async function main(docker: Docker, force: boolean): Promise<void> {
  const startedMs = performance.now();
  bundleNode();
  const sourceHash = hashFiles([bundle, dockerfile, baseRecipe]);
  const existing = await labelsOf(docker, IMAGE);
  if (!force && existing?.[imageLabels.sourceHash] === sourceHash) {
    say(`ok: image ${IMAGE} is up to date`);
    return;
  }
  const base = await findBase(docker);
  await buildImage(docker, base, {
    [imageLabels.contractVersion]: String(CONTRACT_VERSION),
    [imageLabels.sourceHash]: sourceHash,
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`built image ${IMAGE} on ${base} in ${seconds} s`);
}

function bundleNode(): void {
  // Its output is for programs; its errors go to our standard error.
  execFileSync(process.execPath, ['scripts/build-node.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function hashFiles(paths: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 16);
}

async function labelsOf(docker: Docker, image: string): Promise<Record<string, string> | null> {
  try {
    return (await docker.getImage(image).inspect()).Config.Labels ?? {};
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

async function findBase(docker: Docker): Promise<string> {
  const asked = process.env.TESTBED_BASE_IMAGE;
  const wanted = asked ?? REGISTRY_BASE;
  if ((await labelsOf(docker, wanted)) !== null) return wanted;
  const refusal = await pull(docker, wanted);
  if (refusal === null) return wanted;
  if (asked !== undefined) {
    throw new TestbedError(
      'IMAGE_MISSING',
      `The base image ${asked} cannot be pulled: ${refusal}`,
      {
        hint: 'Correct or unset TESTBED_BASE_IMAGE.',
      },
    );
  }
  const recipe = hashFiles([baseRecipe]);
  if ((await labelsOf(docker, OWN_BASE))?.[imageLabels.sourceHash] === recipe) return OWN_BASE;
  say(`no registry gives ${REGISTRY_BASE} (${refusal}); making a base from system packages`);
  await makeBase(docker, recipe);
  return OWN_BASE;
}

/** @returns null when the image is there, else why not */
async function pull(docker: Docker, image: string): Promise<string | null> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), REGISTRY_MS);
  try {
    const stream = await docker.pull(image, { abortSignal: abort.signal });
    await follow(docker, stream, PULL_MS_MAX, () => clearTimeout(timer));
    return null;
  } catch (error) {
    if (abort.signal.aborted) return `no answer within ${REGISTRY_MS / 1000} s`;
    return oneLine(error);
  } finally {
    clearTimeout(timer);
  }
}

async function makeBase(docker: Docker, recipe: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-base-'));
  try {
    const tar = join(folder, 'base.tar');
    const made = spawnSync(join(root, baseRecipe), [process.execPath, tar], { stdio: 'inherit' });
    if (made.status !== 0) {
      throw new TestbedError('IMAGE_MISSING', 'No base image could be made (see above).', {
        hint: `Load one on this Docker host instead: docker load, then TESTBED_BASE_IMAGE=<name>.`,
      });
    }
    const [repo = '', tag = ''] = OWN_BASE.split(':');
    const changes = ['CMD ["node"]', `LABEL ${imageLabels.sourceHash}=${recipe}`];
    const stream = await docker.importImage(createReadStream(tar), { repo, tag, changes });
    await follow(docker, stream, BUILD_MS_MAX);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With the classic builder, which every Engine has: BuildKit would need its own client. */
async function buildImage(
  docker: Docker,
  base: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const context = { context: root, src: [dockerfile, bundle] };
  const options = {
    t: IMAGE,
    dockerfile,
    buildargs: { BASE: base },
    labels: { ...labels },
    networkmode: 'none',
    forcerm: true,
  };
  await follow(docker, await docker.buildImage(context, options), BUILD_MS_MAX);
}

/** Reads a progress stream to its end; an error in it is the error of the operation. */
async function follow(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  deadlineMs: number,
  onProgress: () => void = () => undefined,
): Promise<void> {
  const events = await new Promise<readonly { error?: string }[]>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no end within ${deadlineMs / 1000} s`));
    }, deadlineMs);
    docker.modem.followProgress(
      stream,
      (error: Error | null, all: { error?: string }[]) => {
        clearTimeout(timer);
        if (error === null) resolve(all);
        else reject(error);
      },
      onProgress,
    );
  });
  const failed = events.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined) throw new Error(failed.error);
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^\(HTTP code \d+\) [^-]*- /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160);
}

function say(text: string): void {
  process.stdout.write(`  ${text}\n`);
}
