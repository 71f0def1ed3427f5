import type { ProgressListener } from '../../model/progress.ts';

/** Somebody who shows how a run is getting on. */
export interface ProgressView {
  readonly onProgress: ProgressListener;
  /** A remark that has to be seen now, such as what Ctrl-C will do. */
  tell(text: string): void;
  /** Leaves the terminal as it was found; nothing may be shown afterwards. */
  end(): Promise<void>;
}
