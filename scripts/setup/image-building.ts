/** What the scripts that build images share: finding, pulling, hashing, following the daemon. */
import { spawnSync } from 'node:child_process';
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

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD_MS_MAX: number = 5 * 60_000;
/** A registry that has not begun to answer by then is taken for absent. */
const REGISTRY_MS = 8_000;
const PULL_MS_MAX = 10 * 60_000;

/** Connects, runs `build`, and ends as a script does: with a message, a hint and an exit code. */
export async function runBuild(
  image: string,
  build: (docker: Docker, options: { readonly force: boolean }) => Promise<void>,
): Promise<void> {
  const endpoint = resolveEndpoint({ environment: process.env, homeFolder: homedir() });
  const connection = await openDocker(endpoint);
  try {
    await build(connection.client(), { force: process.argv.includes('--force') });
  } catch (error) {
    const context = { action: `build ${image}`, address: formatEndpoint(endpoint) };
    const known = error instanceof TestbedError ? error : translateDockerError(error, context);
    process.stderr.write(`failed: ${known.message}\n`);
    if (known.hint !== undefined) process.stderr.write(`  next: ${known.hint}\n`);
    process.exitCode = known.exitCode;
  } finally {
    connection.close();
  }
}

export function hashFiles(paths: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 16);
}

/** @returns null if there is no such image */
export async function labelsOf(
  docker: Docker,
  image: string,
): Promise<Record<string, string> | null> {
  try {
    return (await docker.getImage(image).inspect()).Config.Labels ?? {};
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

/** @returns null when the image is there, else why not */
export async function pull(docker: Docker, image: string): Promise<string | null> {
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

/** A root file system that a script of ours makes out of the packages of this machine. */
export interface OwnRootfs {
  /** `name:tag`. */
  readonly image: string;
  /** Script, relative to the root, and its arguments; the path of the tar file comes last. */
  readonly recipe: readonly [string, ...string[]];
  /** Instructions of a Dockerfile: `CMD [...]`, `LABEL a=b`. */
  readonly changes: readonly string[];
  /** What else a person can do if it cannot be made. */
  readonly hint: string;
}

/** @throws TestbedError IMAGE_MISSING */
export async function importRootfs(docker: Docker, rootfs: OwnRootfs): Promise<void> {
  const { image, changes, hint } = rootfs;
  const [script, ...words] = rootfs.recipe;
  const folder = mkdtempSync(join(tmpdir(), 'testbed-rootfs-'));
  try {
    const tar = join(folder, 'rootfs.tar');
    const made = spawnSync(join(root, script), [...words, tar], { stdio: 'inherit' });
    if (made.status !== 0) {
      throw new TestbedError('IMAGE_MISSING', `${image} could not be made (see above).`, { hint });
    }
    const [repo = '', tag = ''] = image.split(':');
    const stream = await docker.importImage(createReadStream(tar), {
      repo,
      tag,
      changes: [...changes],
    });
    await follow(docker, stream, BUILD_MS_MAX);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads a progress stream to its end; an error in it is the error of the operation. */
export async function follow(
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

export function say(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^\(HTTP code \d+\) [^-]*- /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160);
}
