import { describe, expect, it } from '@jest/globals';
import { dataFolderOf } from '../../../controller/src/cli/data-folder.ts';
import { listenForInterrupts } from '../../../controller/src/cli/interrupts.ts';
import { createOutput } from '../../../controller/src/cli/output.ts';
import { formatTable } from '../../../controller/src/cli/table.ts';

describe('dataFolderOf', () => {
  const base = {
    env: {},
    cwd: '/here',
    homeFolder: '/home/me',
    packageFolder: '/src/testbed',
  };
  const installed = { ...base, packageFolder: '/usr/lib/node_modules/prsm-testbed' };

  it.each([
    ['the checkout', base, '/src/testbed/.testbed'],
    ['what TESTBED_HOME says', { ...base, env: { TESTBED_HOME: '/data' } }, '/data'],
    ['relative to where one stands', { ...base, env: { TESTBED_HOME: 'data' } }, '/here/data'],
    [
      'an empty TESTBED_HOME as none',
      { ...base, env: { TESTBED_HOME: '' } },
      '/src/testbed/.testbed',
    ],
    ['the home of an installed package', installed, '/home/me/.local/share/prsm-testbed'],
    ['XDG_DATA_HOME', { ...installed, env: { XDG_DATA_HOME: '/xdg' } }, '/xdg/prsm-testbed'],
    [
      'no relative XDG_DATA_HOME',
      { ...installed, env: { XDG_DATA_HOME: 'xdg' } },
      '/home/me/.local/share/prsm-testbed',
    ],
  ])('takes %s', (_title, environment, folder) => {
    expect(dataFolderOf(environment)).toBe(folder);
  });
});

describe('listenForInterrupts', () => {
  it('asks to stop first, to remove at once second, and nothing more after that', () => {
    const announced: string[] = [];
    let press = (_signal: string): void => {};
    let forgotten = false;
    const interrupts = listenForInterrupts({
      onInterrupt: (listener) => {
        press = listener;
        return () => {
          forgotten = true;
        };
      },
    });
    interrupts.announceWith((request) => announced.push(request));
    press('SIGINT');
    expect([interrupts.stop.aborted, interrupts.kill.aborted]).toEqual([true, false]);
    expect(String(interrupts.stop.reason)).toContain('SIGINT');
    press('SIGTERM');
    press('SIGTERM');
    expect(interrupts.kill.aborted).toBe(true);
    expect(announced).toEqual(['stop', 'kill']);
    interrupts[Symbol.dispose]();
    expect(forgotten).toBe(true);
  });
});

describe('createOutput', () => {
  const stream = (isTerminal: boolean, columns: number) => ({
    isTerminal,
    columns,
    write: () => {},
    failure: null,
    raw: null,
  });
  const output = (isTerminal: boolean, columns: number, env = {}) =>
    createOutput(
      {
        stdout: stream(isTerminal, columns),
        stderr: stream(isTerminal, columns),
        env,
        cwd: '/',
        homeFolder: '/home/ada',
      },
      false,
    );

  it('colours a terminal, unless it is told not to', () => {
    expect(output(true, 80).color).toBe(true);
    expect(output(true, 80, { NO_COLOR: '1' }).color).toBe(false);
    expect(output(true, 80, { NO_COLOR: '' }).color).toBe(true);
    expect(output(true, 80, { TERM: 'dumb' }).color).toBe(false);
    expect(output(false, 80).color).toBe(false);
  });

  it('takes the width of a terminal within reason, and 80 of a pipe', () => {
    expect(
      [output(true, 60), output(true, 300), output(true, 10), output(false, 300)].map(
        ({ columns }) => columns,
      ),
    ).toEqual([60, 100, 40, 80]);
  });
});

describe('formatTable', () => {
  it('parts columns by two spaces and draws no lines', () => {
    const columns = [{ heading: 'name' }, { heading: 'count', align: 'right' as const }];
    expect(
      formatTable(columns, [
        ['a', '1'],
        ['bcdef', '20'],
      ]),
    ).toBe('name   count\na          1\nbcdef     20');
  });
});
