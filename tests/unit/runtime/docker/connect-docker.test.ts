import { describe, expect, it } from '@jest/globals';
import {
  chooseApiVersion,
  compareVersions,
} from '../../../../controller/src/runtime/docker/connect-docker.ts';

const choose = (ApiVersion: string, MinAPIVersion?: string): string =>
  chooseApiVersion({ Version: 'x', ApiVersion, MinAPIVersion }, 'here');

describe('chooseApiVersion', () => {
  it('speaks the version of an older daemon', () => {
    expect(choose('1.41', '1.12')).toBe('1.41');
  });

  it('does not speak versions that it was not written for', () => {
    expect(choose('1.60', '1.24')).toBe('1.47');
  });

  it('follows a daemon that has dropped all it was written for', () => {
    expect(choose('1.60', '1.50')).toBe('1.50');
  });

  it('refuses a daemon that is too old', () => {
    expect(() => choose('1.40')).toThrow(/needs 1\.41/);
  });
});

describe('compareVersions', () => {
  it('compares numbers, not text', () => {
    expect(compareVersions('1.9', '1.41')).toBeLessThan(0);
    expect(compareVersions('2.0', '1.99')).toBeGreaterThan(0);
    expect(compareVersions('1.41', '1.41')).toBe(0);
  });
});
