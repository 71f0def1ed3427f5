import type { Probe, ProbeResult, Readiness } from '../../../node-image/src/contract/index.ts';
import type { FieldFault } from './parse-reply.ts';

/** Whether the fields of a reply agree with each other, and with what was asked. Pure. */

export function checkReadiness({ linksPlanned, linksUp, missing }: Readiness): FieldFault[] {
  if (linksUp > linksPlanned) {
    return [{ field: '/linksUp', text: `${linksUp}, of ${linksPlanned} in /linksPlanned` }];
  }
  if (linksUp + missing.length === linksPlanned) return [];
  const text = `a list of ${missing.length}, where ${linksUp} of ${linksPlanned} links are up`;
  return [{ field: '/missing', text }];
}

export function checkProbe({ sent, rttMicros }: ProbeResult, { count }: Probe): FieldFault[] {
  if (sent > count) return [{ field: '/sent', text: `${sent}, where ${count} were asked for` }];
  if (rttMicros.length <= sent) return [];
  return [
    { field: '/rttMicros', text: `a list of ${rttMicros.length}, where /sent is only ${sent}` },
  ];
}
