/** A token for a cookie. */
import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { type ApiProblem, callApi, problemOf } from '../client/call-api.ts';
import { ProblemNote } from '../parts/basics.tsx';

export function SignInView({ onSignedIn }: { readonly onSignedIn: () => void }): JSX.Element {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const signIn = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    try {
      await callApi('/api/v1/session', { method: 'POST', body: { token } });
      onSignedIn();
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <form class="card sign-in" onSubmit={signIn}>
      <p>This server asks who you are. Give the token that you got from whoever started it.</p>
      <label for="token">Token</label>
      <input id="token" name="token" type="password" autocomplete="current-password" required />
      {problem !== null && <ProblemNote problem={problem} />}
      <button type="submit" class="button primary">
        Sign in
      </button>
    </form>
  );
}
