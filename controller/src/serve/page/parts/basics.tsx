/** Small parts that every view uses. */
import type { ComponentChildren, JSX } from 'preact';
import type { ApiProblem } from '../client/call-api.ts';
import { goTo } from '../client/use-address.ts';
import { type Address, writeAddress } from '../logic/address.ts';
import { type Tone, type VerdictWord, verdictTone } from '../logic/tell-run.ts';

interface LinkProps {
  readonly to: Address;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly isCurrent?: boolean;
}

export function Link({ to, children, isCurrent = false, ...rest }: LinkProps): JSX.Element {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a
      href={writeAddress(to)}
      onClick={follow}
      aria-current={isCurrent ? 'page' : undefined}
      {...rest}
    >
      {children}
    </a>
  );
}

/** Never by colour alone: the word is there. */
export function Word({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}): JSX.Element {
  return <span class={`word ${tone}`}>{children}</span>;
}

export function VerdictMark({ verdict }: { readonly verdict: VerdictWord | null }): JSX.Element {
  return verdict === null ? (
    <span class="muted">none yet</span>
  ) : (
    <Word tone={verdictTone(verdict)}>{verdict}</Word>
  );
}

/** What happened, why, and what to do next, with the code under which docs/errors.md has more. */
export function ProblemNote({ problem }: { readonly problem: ApiProblem }): JSX.Element {
  return (
    <div class="note-box bad" role="alert">
      <p>
        <strong>{problem.message}</strong>
      </p>
      {problem.hint !== null && <p>Next: {problem.hint}</p>}
      <p class="muted">
        <code>{problem.code}</code>
        {problem.docs !== null && <> · {problem.docs}</>}
      </p>
    </div>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="empty">{children}</div>;
}

/** A table that is wider than the page is moved sideways, by keyboard as well. */
export function Scroll(props: {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly onScroll?: (topPixels: number) => void;
}): JSX.Element {
  const { label, children, class: own = '', onScroll } = props;
  return (
    <section
      class={`scroll ${own}`}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
      onScroll={(event) => onScroll?.(event.currentTarget.scrollTop)}
    >
      {children}
    </section>
  );
}

/** What the command line would print; wide lines are moved sideways, by keyboard as well. */
export function Printed({
  label,
  children,
}: {
  readonly label: string;
  readonly children: string;
}): JSX.Element {
  return (
    <Scroll label={label}>
      <pre>{children}</pre>
    </Scroll>
  );
}
