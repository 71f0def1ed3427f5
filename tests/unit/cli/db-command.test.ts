import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { run } from './fakes.ts';

function withDatabase() {
  let closed = 0;
  let interrupt = (): void => undefined;
  return {
    closed: () => closed,
    world: {
      onListening: (send: () => void) => {
        interrupt = send;
      },
      wiring: {
        openDatabase: async () => {
          // Somebody presses Ctrl-C a moment after the database is up.
          setTimeout(() => interrupt(), 20);
          return {
            location: 'the one of the test',
            url: 'postgresql:///testbed?host=/tmp/x',
            psqlLine: "psql 'postgresql:///testbed?host=/tmp/x'",
            close: async () => {
              closed++;
            },
          };
        },
      },
    },
  };
}

describe('testbed db', () => {
  it('says how to look into the database, stays until Ctrl-C, and closes it', async () => {
    const database = withDatabase();
    const ran = await run(['db'], database.world);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain("psql 'postgresql:///testbed?host=/tmp/x'");
    expect(ran.stderr).toContain('until Ctrl-C');
    expect(database.closed()).toBe(1);
  });

  it('gives the address as JSON', async () => {
    const { stdout } = await run(['db', '--json'], withDatabase().world);
    expect(JSON.parse(stdout)).toEqual({ url: 'postgresql:///testbed?host=/tmp/x' });
  });

  it('fails with the words of a database that is away', async () => {
    const failing = {
      wiring: {
        openDatabase: () =>
          Promise.reject(new TestbedError('DATABASE_UNAVAILABLE', 'Nobody listens there.')),
      },
    };
    const ran = await run(['db'], failing);
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain('Nobody listens there.');
  });
});
