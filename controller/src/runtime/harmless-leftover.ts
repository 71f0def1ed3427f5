import type { TestbedError } from '../errors/testbed-error.ts';

/**
 * Marks the failure to remove something that takes no part in anything any more, such as a
 * network whose daemon believes it in use though nothing hangs on it. Said, but nothing fails for
 * it: it cannot disturb a measurement.
 */
export const harmlessLeftover = { harmless: true } as const;

export function isHarmlessLeftover({ details }: TestbedError): boolean {
  return details.harmless === true;
}
