import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../../../node-image/src/shell/environment.ts';

const good = {
  TESTBED_RUN_ID: 'run-1',
  TESTBED_NODE_INDEX: '3',
  TESTBED_CONTROL_LISTEN: '0.0.0.0:7000',
  TESTBED_DATA_LISTEN: '[fd00::3]:7001',
  TESTBED_STATE_DIR: '/state',
};

describe('node environment', () => {
  it('reads all five variables', () => {
    expect(readSettings(good)).toEqual({
      runId: 'run-1',
      nodeIndex: 3,
      control: { address: '0.0.0.0', port: 7_000 },
      data: { address: 'fd00::3', port: 7_001 },
      stateDir: '/state',
    });
  });

  it('names every variable that is missing', () => {
    const attempt = () => readSettings({});
    for (const name of Object.keys(good)) expect(attempt).toThrow(new RegExp(name));
  });

  it.each([
    ['TESTBED_NODE_INDEX', '-1'],
    ['TESTBED_NODE_INDEX', 'one'],
    ['TESTBED_CONTROL_LISTEN', '7000'],
    ['TESTBED_CONTROL_LISTEN', '127.0.0.1:70000'],
    ['TESTBED_DATA_LISTEN', '127.0.0.1:'],
  ])('refuses %s=%s and quotes it', (name, value) => {
    expect(() => readSettings({ ...good, [name]: value })).toThrow(`${name}=${value}`);
  });
});
