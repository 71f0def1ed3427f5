/**
 * Progress on a terminal: one listr2 list per repetition, whose last line stays on the screen as
 * the repetition's result while the next one runs below it.
 */
import { Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import { assertNever } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/units.ts';
import type { Progress } from '../../model/progress.ts';
import {
  describeChange,
  describeChecks,
  describeEnd,
  describeLive,
  describeReady,
  describeReasons,
  describeRemaining,
  describeRepetition,
  describeRun,
  describeStarted,
  phaseWords,
} from '../../report/progress-words.ts';
import { wrapSentence } from '../../report/wrap-sentence.ts';
import type { ProgressView } from './progress-view.ts';

const refreshMs = 500;

// biome-ignore lint/suspicious/noExplicitAny: listr2 types renderers as classes of any
type Task = ListrTaskWrapper<unknown, any, any>;

export interface TerminalProgressDependencies {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Calls back every `ms` until the returned function is called. */
  readonly every: (ms: number, work: () => void) => () => void;
}

export function createTerminalProgress(
  stream: NodeJS.WriteStream,
  { clock, every }: TerminalProgressDependencies,
): ProgressView {
  const line = createStatusLine(clock);
  let current: ShownRepetition | undefined;
  /** Lists run one after the other; each keeps its place on the screen. */
  let shown: Promise<unknown> = Promise.resolve();
  const print = (text: string): void => {
    stream.write(`${wrapSentence(text, stream.columns || 80, '  ')}\n`);
  };
  const stopRefreshing = every(refreshMs, () => current?.show(line.text()));

  const finish = (result: string | undefined, isGood: boolean): void => {
    current?.finish(result, isGood);
    current = undefined;
  };
  const onProgress = (event: Progress): void => {
    line.take(event);
    switch (event.kind) {
      case 'run-started':
        print(describeRun(event));
        return;
      case 'repetition-started': {
        finish(undefined, true);
        const next = createShownRepetition(describeRepetition(event), stream);
        shown = shown.then(() => next.run());
        current = next;
        return;
      }
      case 'repetition-ended': {
        const reasons = describeReasons(event).map((reason) => `\n${indented(reason, stream)}`);
        finish(`${describeEnd(event)}${reasons.join('')}`, event.verdict !== 'invalid');
        return;
      }
      case 'warning':
      case 'stopping':
      case 'phase-started':
      case 'nodes-started':
      case 'nodes-ready':
      case 'live':
      case 'network-checks':
      case 'network-changed':
      case 'node-event':
        current?.show(line.text());
        return;
      case 'nodes-running':
      case 'nodes-seen':
        return;
      default:
        assertNever(event);
    }
  };
  return {
    onProgress,
    tell: (text) => {
      line.remark(text);
      if (current === undefined) print(text);
      else current.show(line.text());
    },
    end: async () => {
      stopRefreshing();
      finish(undefined, false);
      await shown;
      // The result follows on stdout, which is the same terminal.
      stream.write('\n');
    },
  };
}

interface ShownRepetition {
  run(): Promise<unknown>;
  show(text: string): void;
  /** @param result replaces the title, if given */
  finish(result: string | undefined, isGood: boolean): void;
}

function createShownRepetition(title: string, stream: NodeJS.WriteStream): ShownRepetition {
  const { promise, resolve } = Promise.withResolvers<{
    result: string | undefined;
    isGood: boolean;
  }>();
  let task: Task | undefined;
  // Made when it is its turn: listr2 remembers how to write when it is made, and while another
  // list is shown that would be into its buffer.
  const createList = () =>
    new Listr(
      [
        {
          title,
          task: async (_context, own) => {
            task = own;
            const { result, isGood } = await promise;
            task = undefined;
            own.title = result ?? title;
            if (!isGood) throw new Error(own.title);
          },
        },
      ],
      {
        concurrent: false,
        exitOnError: false,
        // Interrupts are ours: listr2 would end the process and leave containers behind.
        registerSignalListeners: false,
        fallbackRendererCondition: false,
        forceTTY: true,
        rendererOptions: {
          logger: new ListrLogger({
            useIcons: true,
            processOutput: new ProcessOutput(stream, stream),
          }),
        },
      },
    );
  return {
    run: () => createList().run(),
    show: (text) => {
      // Part of the title, because an output bar would keep every line it was ever given.
      const lines = text.split('\n').map((one) => `\n${indented(one, stream)}`);
      if (task !== undefined) task.title = `${title}${lines.join('')}`;
    },
    finish: (result, isGood) => resolve({ result, isGood }),
  };
}

/** Broken to the terminal with room for the mark in front; listr2 would break inside the indent. */
function indented(text: string, { columns }: NodeJS.WriteStream): string {
  return wrapSentence(`    ${text}`, (columns || 80) - 4, '    ');
}

/** Remembers what the events said, and puts it into one line. */
function createStatusLine(clock: Pick<Clock, 'monotonicMs'>) {
  let phase = '';
  let expectedMs: number | null = null;
  let phaseBeganMs = 0;
  let figure = '';
  let remainingMs = 0;
  let remainingAtMs = 0;
  let remark = '';
  return {
    remark: (text: string): void => {
      remark = text;
    },
    take: (event: Progress): void => {
      if (event.kind === 'run-started' || event.kind === 'repetition-ended') {
        remainingMs = event.kind === 'run-started' ? event.estimatedMs : event.remainingMs;
        remainingAtMs = clock.monotonicMs();
      }
      if (event.kind === 'phase-started') {
        phase = phaseWords[event.phase];
        expectedMs = event.expectedMs;
        phaseBeganMs = clock.monotonicMs();
        figure = '';
      }
      if (event.kind === 'nodes-started') figure = describeStarted(event);
      if (event.kind === 'nodes-ready') figure = describeReady(event);
      if (event.kind === 'live') figure = describeLive(event);
      if (event.kind === 'network-checks') figure = describeChecks(event);
      if (event.kind === 'network-changed') remark = describeChange(event);
      if (event.kind === 'node-event') remark = event.text;
      if (event.kind === 'warning') remark = `warning: ${event.text}`;
      if (event.kind === 'stopping') remark = event.reason;
    },
    text: (): string => {
      const now = clock.monotonicMs();
      const seconds = Math.floor((now - phaseBeganMs) / 1000);
      const elapsed = seconds === 0 ? '' : ` ${formatDuration(seconds * 1000)}`;
      const of =
        expectedMs === null || expectedMs === 0 || elapsed === ''
          ? ''
          : ` of ${formatDuration(expectedMs)}`;
      const left = describeRemaining(Math.max(0, remainingMs - (now - remainingAtMs)));
      const head = `${phase}${elapsed}${of}; ${left}`;
      return [head, figure, remark].filter((text) => text !== '').join('\n');
    },
  };
}
