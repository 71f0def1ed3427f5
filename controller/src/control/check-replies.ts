import type { Probe, ProbeResult, Readiness } from '../../../node-image/src/contract/index.ts';
import type { FieldFault } from './parse-reply.ts';

/** Whether the fields of a reply agree with each other, and with what was asked. Pure. */

export function checkReadiness(readiness: Readiness): FieldFault[] {
  const { linksPlanned, linksUp, missing, peers } = readiness;
  if (linksUp > linksPlanned) {
    return [{ field: '/linksUp', text: `${linksUp}, of ${linksPlanned} in /linksPlanned` }];
  }
  if (linksUp + missing.length !== linksPlanned) {
    const text = `a list of ${missing.length}, where ${linksUp} of ${linksPlanned} links are up`;
    return [{ field: '/missing', text }];
  }
  return peers === undefined ? [] : checkPeers(peers, readiness);
}

function checkPeers(peers: readonly number[], { linksUp, missing }: Readiness): FieldFault[] {
  const both = peers.find((peer) => missing.includes(peer));
  if (both !== undefined) return [{ field: '/peers', text: `a list with ${both}, as is /missing` }];
  if (new Set(peers).size !== peers.length) {
    return [{ field: '/peers', text: 'a list with a member twice' }];
  }
  if (peers.length >= linksUp) return [];
  return [{ field: '/peers', text: `a list of ${peers.length}, where ${linksUp} links are up` }];
}

export function checkProbe({ sent, rttMicros }: ProbeResult, { count }: Probe): FieldFault[] {
  if (sent > count) return [{ field: '/sent', text: `${sent}, where ${count} were asked for` }];
  if (rttMicros.length <= sent) return [];
  return [
    { field: '/rttMicros', text: `a list of ${rttMicros.length}, where /sent is only ${sent}` },
  ];
}
