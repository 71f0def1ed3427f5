/** One JSON object per line: `at` (ISO time), `level`, `event`, then the event's own fields. */
export interface Log {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

/** @param write takes a whole line, newline included */
export function createLog(
  write: (line: string) => void,
  now: () => Date,
  common: Record<string, unknown>,
): Log {
  const line =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}): void =>
      write(`${JSON.stringify({ at: now().toISOString(), level, event, ...common, ...fields })}\n`);
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
