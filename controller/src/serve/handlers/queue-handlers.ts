import type { Answer } from '../http/answer.ts';
import type { Call, Handlers } from '../http/call.ts';
import { readSubmission } from '../queue/read-submission.ts';
import type { ServerParts } from '../server-parts.ts';

type QueueHandlers = Pick<
  Handlers,
  | 'submitRun'
  | 'stopRun'
  | 'cancelRun'
  | 'followRun'
  | 'getQueue'
  | 'orderQueue'
  | 'getEntry'
  | 'getAudit'
>;

const actions = { stop: 'stop', kill: 'cancel' } as const;

type Ending = Pick<Call<'stopRun'>, 'params' | 'who' | 'from'>;

/** The queue, and the log of who did what to it. */
export function createQueueHandlers({ dispatcher, audit, rules }: ServerParts): QueueHandlers {
  const end =
    (how: 'stop' | 'kill') =>
    async ({ params, who, from }: Ending): Promise<Answer> => {
      const entry = await dispatcher.end(params.run, how);
      const action = entry.state === 'removed' ? 'remove' : actions[how];
      await audit.note({ action, who: who.name, from, runId: entry.id, outcome: 'ok' });
      return { kind: 'json', value: entry };
    };
  return {
    submitRun: async ({ body, who, from }) => {
      // What is wrong with it is told now, and not when its turn comes.
      const { name } = await readSubmission(body, rules);
      const accepted = await dispatcher.submit(name, body, who.name);
      const { id } = accepted.entry;
      await audit.note({ action: 'submit', who: who.name, from, runId: id, outcome: 'ok' });
      return { kind: 'json', value: accepted };
    },
    stopRun: end('stop'),
    cancelRun: end('kill'),
    followRun: ({ params }) => ({ kind: 'stream', ...dispatcher.follow(params.run) }),
    getQueue: () => ({ kind: 'json', value: dispatcher.view() }),
    orderQueue: async ({ body, who, from }) => {
      const queue = await dispatcher.reorder(body.order);
      await audit.note({ action: 'reorder', who: who.name, from, runId: null, outcome: 'ok' });
      return { kind: 'json', value: queue };
    },
    getEntry: ({ params }) => ({ kind: 'json', value: dispatcher.find(params.run) }),
    getAudit: () => ({ kind: 'json', value: { entries: audit.latest(200) } }),
  };
}
