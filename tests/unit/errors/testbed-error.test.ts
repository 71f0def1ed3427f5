import { describe, expect, it } from '@jest/globals';
import { catalogue, exitCodes } from '../../../controller/src/errors/catalogue.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';

describe('TestbedError', () => {
  it('carries code, hint, cause, details and the exit code of its code', () => {
    const cause = new Error('refused');
    const error = new TestbedError('DOCKER_UNREACHABLE', 'No daemon answers.', {
      hint: 'Start it.',
      cause,
      details: { address: 'unix:///x' },
    });
    expect(error).toMatchObject({ code: 'DOCKER_UNREACHABLE', hint: 'Start it.', exitCode: 4 });
    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ address: 'unix:///x' });
    expect(new TestbedError('USAGE', 'No.')).toMatchObject({ hint: undefined, details: {} });
  });
});

describe('catalogue', () => {
  it('gives every code a sentence and an exit code that is not success', () => {
    for (const [code, { exit, when }] of Object.entries(catalogue)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect(when).toMatch(/^[A-Z].*\.$/);
      expect(exitCodes[exit]).toBeGreaterThan(exitCodes.bug);
    }
  });

  it('keeps the exit codes that scripts rely on', () => {
    expect(exitCodes).toEqual({
      ok: 0,
      bug: 1,
      usage: 2,
      config: 3,
      environment: 4,
      runFailed: 5,
      untrusted: 6,
      thresholdMissed: 7,
      regression: 8,
      interrupted: 130,
    });
  });
});
