/** A button that asks before it acts. The dialog is the browser's: Escape closes it, focus stays inside and comes back. */
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';

interface ConfirmButtonProps {
  readonly label: string;
  readonly question: string;
  readonly explanation: string;
  readonly onConfirm: () => void;
  readonly isDisabled?: boolean;
  readonly isDangerous?: boolean;
}

export function ConfirmButton(props: ConfirmButtonProps): JSX.Element {
  const {
    label,
    question,
    explanation,
    onConfirm,
    isDisabled = false,
    isDangerous = false,
  } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const kind = isDangerous ? 'button danger' : 'button';
  return (
    <>
      <button
        type="button"
        class={kind}
        disabled={isDisabled}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={titleId}>
        <form method="dialog">
          <h2 id={titleId}>{question}</h2>
          <p>{explanation}</p>
          <div class="actions">
            <button type="submit" class={kind} onClick={onConfirm}>
              {label}
            </button>
            <button type="submit" class="button plain">
              Keep it running
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
