import { nodeEnvironment } from '../contract/index.ts';

/** The start-up configuration of a node, taken from environment variables and nowhere else. */
export interface NodeSettings {
  readonly runId: string;
  readonly nodeIndex: number;
  readonly control: ListenAddress;
  readonly data: ListenAddress;
  readonly stateDir: string;
}

export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/** The environment does not say what it must: reported on stderr, exit code 2. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** @throws EnvironmentError that names every variable that is missing or wrong */
export function readSettings(env: Readonly<Record<string, string | undefined>>): NodeSettings {
  const problems: string[] = [];
  const text = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') problems.push(`${name} is not set`);
    return value ?? '';
  };
  const listen = (name: string): ListenAddress => {
    const value = text(name);
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):(\d{1,5})$/.exec(value);
    const port = Number(match?.[3]);
    if (value !== '' && (match === null || port > 65_535)) {
      problems.push(`${name}=${value} is not address:port`);
    }
    return { address: match?.[1] ?? match?.[2] ?? '', port };
  };
  const indexText = text(nodeEnvironment.nodeIndex);
  if (indexText !== '' && !/^\d{1,6}$/.test(indexText)) {
    problems.push(`${nodeEnvironment.nodeIndex}=${indexText} is not an integer >= 0`);
  }
  const settings = {
    runId: text(nodeEnvironment.runId),
    nodeIndex: Number(indexText),
    control: listen(nodeEnvironment.controlListen),
    data: listen(nodeEnvironment.dataListen),
    stateDir: text(nodeEnvironment.stateDir),
  };
  if (problems.length > 0) throw new EnvironmentError(`${problems.join('; ')}.`);
  return settings;
}
