/** What a plan of faults needs of a node: who leads, and a clock that can be put wrong. */
import {
  clockAppliedSchema,
  endpoints,
  type Identity,
  nodeStatusSchema,
} from '../../../node-image/src/contract/index.ts';
import type { Fault } from './check-list.ts';
import { get, post } from './requests.ts';
import { expectRefusal, expectReply, type Subject } from './subject.ts';

/** Small against any timeout, so that the network does not notice. */
const OFFSET_MS = 20;

/** @param identity of a node that takes part */
export async function checkEngine(subject: Subject, identity: Identity | undefined): Promise<void> {
  const { list, network } = subject;
  const capabilities = identity?.capabilities ?? [];
  const hasStatus = capabilities.includes('status');
  const checkOffset = async (offsetMs: number, what: string): Promise<void> => {
    const request = { ...get(endpoints.status), what };
    await expectReply(subject, request, nodeStatusSchema, ({ leader, clockOffsetMs }) =>
      findStatusFault(leader, network.nodes.length, { clockOffsetMs, offsetMs }),
    );
  };
  if (hasStatus) await checkOffset(0, 'says who leads');
  else list.skip('GET /v1/status', 'says who leads', 'no capability "status"');
  if (!capabilities.includes('clock')) {
    list.skip('POST /v1/clock', 'says when it took effect', 'no capability "clock"');
    return;
  }
  const order = (offsetMs: number, what: string): Promise<unknown> =>
    expectReply(
      subject,
      { ...post(endpoints.clock, JSON.stringify({ offsetMs })), what },
      clockAppliedSchema,
    );
  await order(OFFSET_MS, 'says when it took effect');
  if (hasStatus) await checkOffset(OFFSET_MS, 'tells the offset of its clock');
  const bad = { what: 'that is off by two hours', status: 400, code: 'BAD_REQUEST' };
  const body = JSON.stringify({ offsetMs: 7_200_000 });
  await expectRefusal(subject, { ...post(endpoints.clock, body), ...bad });
  await order(0, 'puts it right again');
}

function findStatusFault(
  leader: number | null,
  memberCount: number,
  clock: { readonly clockOffsetMs: number; readonly offsetMs: number },
): Fault | null {
  if (leader !== null && leader >= memberCount) {
    return { field: '/leader', text: `${leader}, in a committee of ${memberCount}` };
  }
  const { clockOffsetMs, offsetMs } = clock;
  if (clockOffsetMs === offsetMs) return null;
  return { field: '/clockOffsetMs', text: `${clockOffsetMs}, where ${offsetMs} was ordered` };
}
