/** Adapter: one server in a data folder, since two would share a queue. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolderError } from '../errors/data-folder-error.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { formatOwner, identifyOwner, parseOwner, readOwnerState } from '../runtime/owner.ts';

/** @throws TestbedError SERVER_RUNNING, DATA_FOLDER_UNUSABLE */
export async function lockServer(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, 'server.lock');
  const own = formatOwner(identifyOwner());
  // A dead one is taken away and tried once more; who then comes first has it.
  for (let tries = 0; ; tries++) {
    try {
      await writeFile(path, own, { flag: 'wx', mode: 0o600 });
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if (errorCodeOf(error) !== 'EEXIST') {
        throw dataFolderError(`The lock ${path} cannot be written`, error);
      }
    }
    const other = await readFile(path, 'utf8').catch(() => '');
    const owner = parseOwner(other);
    if (tries > 0 || (owner !== null && readOwnerState(owner, { ownFile: true }) !== 'dead')) {
      throw running(path, owner?.pid ?? null);
    }
    await rm(path, { force: true });
  }
}

function running(path: string, pid: number | null): TestbedError {
  const who = pid === null ? 'Another server' : `Another server (process ${pid})`;
  return new TestbedError('SERVER_RUNNING', `${who} lives in this data folder.`, {
    hint: `Use that one, or name another folder: export TESTBED_HOME=/path. If it is on a machine that is gone: rm ${path}`,
  });
}
