import { isAbsolute, join, resolve, sep } from 'node:path';
import type { Environment } from './environment.ts';

/**
 * Where everything that outlives a command is kept: database, run folders, ledgers. TESTBED_HOME,
 * else `.testbed` in the checkout, else the user's data folder when installed as a package
 * (XDG Base Directory Specification 0.8: a relative XDG_DATA_HOME is to be ignored).
 */
export function dataFolderOf(
  environment: Pick<Environment, 'env' | 'cwd' | 'homeFolder' | 'packageFolder'>,
): string {
  const { env, cwd, homeFolder, packageFolder } = environment;
  if (env.TESTBED_HOME !== undefined && env.TESTBED_HOME !== '') {
    return resolve(cwd, env.TESTBED_HOME);
  }
  const installed = packageFolder.split(sep).includes('node_modules');
  if (!installed) return join(packageFolder, '.testbed');
  const xdg = env.XDG_DATA_HOME;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeFolder, '.local', 'share');
  return join(base, 'prsm-testbed');
}
