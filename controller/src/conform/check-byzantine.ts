/** What a plan with Byzantine members needs of a node: to misbehave on order, and to tell on others. */
import {
  type BehaviourStatus,
  behaviourAppliedSchema,
  behaviourStatusSchema,
  endpoints,
  evidenceListSchema,
  type Identity,
} from '../../../node-image/src/contract/index.ts';
import type { Fault } from './check-list.ts';
import { get, post } from './requests.ts';
import { expectRefusal, expectReply, type Subject } from './subject.ts';

/** Fits every protocol, and does nobody harm while nobody leads for long. */
const order = { behaviours: [{ name: 'delay-leader', delayMs: 1 }], seed: 1 };
const honest = { behaviours: [], seed: 0 };

/** @param identity of a node that takes part */
export async function checkByzantine(
  subject: Subject,
  identity: Identity | undefined,
): Promise<void> {
  const capabilities = identity?.capabilities ?? [];
  if (capabilities.includes('evidence')) await checkEvidence(subject);
  else subject.list.skip('GET /v1/evidence', 'has none', 'no capability "evidence"');
  if (capabilities.includes('byzantine')) await checkBehaviour(subject);
  else subject.list.skip('POST /v1/behaviour', 'is taken', 'no capability "byzantine"');
}

async function checkEvidence(subject: Subject): Promise<void> {
  const request = { ...get(endpoints.evidence), what: 'has nothing against honest members' };
  await expectReply(subject, request, evidenceListSchema, ({ evidence, count }) =>
    evidence.length + count === 0 ? null : { field: '/count', text: `${count}, of nobody's fault` },
  );
}

async function checkBehaviour(subject: Subject): Promise<void> {
  const tell = (body: object, what: string): Promise<unknown> =>
    expectReply(
      subject,
      { ...post(endpoints.behaviour, JSON.stringify(body)), what },
      behaviourAppliedSchema,
    );
  const look = (names: readonly string[], what: string): Promise<unknown> =>
    expectReply(subject, { ...get(endpoints.behaviour), what }, behaviourStatusSchema, (status) =>
      findBehaviourFault(status, names),
    );
  await look([], 'is honest before it is told otherwise');
  const refuse = (body: object, what: string): Promise<boolean> =>
    expectRefusal(subject, {
      ...post(endpoints.behaviour, JSON.stringify(body)),
      ...{ what, status: 400, code: 'BAD_REQUEST' },
    });
  const [first] = order.behaviours;
  await refuse({ ...order, behaviours: [{ name: 'sulk' }] }, 'with a behaviour that is none');
  await refuse({ ...order, behaviours: [first, first] }, 'with a behaviour twice');
  await look([], 'is still honest after these refusals');
  await tell(order, 'says when it took effect');
  await look(['delay-leader'], 'tells what it was told to do');
  await tell(honest, 'makes it honest again');
  await look([], 'is honest again');
}

function findBehaviourFault(
  { behaviours }: BehaviourStatus,
  names: readonly string[],
): Fault | null {
  const found = behaviours.map(({ name }) => name);
  if (found.join() === names.join()) return null;
  return {
    field: '/behaviours',
    text: `[${found.join(', ')}], where [${names.join(', ')}] was ordered`,
  };
}
