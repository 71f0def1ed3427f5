/** One thing that `doctor` looked at. */
export interface Check {
  readonly name: string;
  /** failed: nothing can be measured until this is mended · warning: check before trusting. */
  readonly status: 'ok' | 'warning' | 'failed';
  readonly text: string;
  /** What to do about it, with a command where there is one; null if all is well. */
  readonly remedy: string | null;
}

export function passed(name: string, text: string): Check {
  return { name, status: 'ok', text, remedy: null };
}

export function warned(name: string, text: string, remedy: string): Check {
  return { name, status: 'warning', text, remedy };
}

export function failed(name: string, text: string, remedy: string): Check {
  return { name, status: 'failed', text, remedy };
}
