/** What runs, in which phase, for how long still; and the two ways to end it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LiveRun, Status, Topology } from '../../api/live.ts';
import { type ApiProblem, callApi, problemOf } from '../client/call-api.ts';
import {
  phaseShare,
  stateTone,
  stateWords,
  tellPhase,
  tellPhaseTime,
  tellPosition,
} from '../logic/tell-run.ts';
import { Link, ProblemNote, Word } from './basics.tsx';
import { ConfirmButton } from './confirm-button.tsx';

const phases = [
  'start',
  'shape',
  'ready',
  'warmup',
  'measure',
  'drain',
  'collect',
  'stop',
] as const;

interface BannerProps {
  readonly run: LiveRun;
  readonly status: Status;
  readonly topology: Topology | null;
}

export function RunBanner({ run, status, topology }: BannerProps): JSX.Element {
  const title = topology?.title ?? '';
  return (
    <section class="banner" aria-labelledby="run-name">
      <div class="banner-head">
        <div>
          <h2 id="run-name">{run.name}</h2>
          <p class="muted">
            <Word tone={stateTone(run.state)}>{stateWords[run.state]}</Word>
            {run.runtime !== null && <> on {run.runtime}</>} ·{' '}
            <Link to={{ view: 'run', id: run.id }}>{run.id}</Link>
          </p>
        </div>
        <RunActions run={run} />
      </div>
      <p class="where">
        {title !== '' && <strong>{title}</strong>}
        {title !== '' && ' · '}
        {tellPosition(run)}
      </p>
      <PhaseSteps run={run} at={status.at} />
      <p class="phase-line">
        <span>{tellPhase(run)}</span>
        <span class="muted">{tellPhaseTime(run, status.at)}</span>
      </p>
    </section>
  );
}

function PhaseSteps({ run, at }: { readonly run: LiveRun; readonly at: string }): JSX.Element {
  const current = run.phase === null ? -1 : phases.indexOf(run.phase);
  const share = phaseShare(run, at);
  return (
    <ol class="phases" aria-label="Phases of the repetition">
      {phases.map((phase, index) => (
        <li
          key={phase}
          class={index < current ? 'done' : index === current ? 'current' : ''}
          aria-current={index === current ? 'step' : undefined}
        >
          <span>{phase}</span>
          <i aria-hidden="true" class={index === current && share === null ? 'unknown' : ''}>
            <b
              style={{
                width: `${index < current ? 100 : index === current ? Math.round(100 * (share ?? 1)) : 0}%`,
              }}
            />
          </i>
        </li>
      ))}
    </ol>
  );
}

function RunActions({ run }: { readonly run: LiveRun }): JSX.Element {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const end = (how: 'stop' | 'cancel'): void => {
    callApi(`/api/v1/runs/${run.id}/${how}`, { method: 'POST', body: {} }).then(
      () => setProblem(null),
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return (
    <div class="actions">
      <ConfirmButton
        label="Stop"
        question="Stop this run gently?"
        explanation="The load ends, what there is is collected and stored, everything is removed. The rest of the plan is not done."
        isDisabled={run.state !== 'running' && run.state !== 'preparing'}
        onConfirm={() => end('stop')}
      />
      <ConfirmButton
        label="Cancel"
        question="Cancel this run at once?"
        explanation="Everything is removed at once. Finished repetitions stay stored; the one under way is lost."
        isDisabled={run.state === 'cancelling'}
        isDangerous
        onConfirm={() => end('cancel')}
      />
      {problem !== null && <ProblemNote problem={problem} />}
    </div>
  );
}
