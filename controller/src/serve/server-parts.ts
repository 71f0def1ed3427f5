import type { Workshop } from '../conduct/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Capacity, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import type { AuditLog } from './audit-log.ts';
import type { LiveServer } from './live/live-server.ts';
import type { ControllerMetrics } from './metrics/controller-metrics.ts';
import type { Dispatcher } from './queue/dispatcher.ts';
import type { SubmissionRules } from './queue/read-submission.ts';
import type { StoreBox } from './store-box.ts';

/** What handlers are made of. */
export interface ServerParts {
  readonly version: string;
  readonly workshop: Pick<Workshop, 'openRuntime' | 'probe'>;
  readonly clock: Clock;
  readonly store: StoreBox;
  readonly dispatcher: Dispatcher;
  readonly live: LiveServer;
  readonly metrics: ControllerMetrics;
  readonly audit: AuditLog;
  readonly rules: SubmissionRules;
  readonly formatPlan: FormatPlan;
  /** Told on the server's own output. */
  readonly warn: (text: string) => void;
}

/** A plan as the command line prints it. */
export type FormatPlan = (
  plan: Plan,
  capacity: Capacity,
  hosts: readonly HostFacts[],
  columns: number,
) => string;
