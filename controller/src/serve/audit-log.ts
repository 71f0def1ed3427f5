/** Adapter: who did what, one line of JSON each, appended before it is answered. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { auditLog } from './api/queue.ts';

const entrySchema = auditLog.shape.entries.element;
export type AuditEntry = z.infer<typeof entrySchema>;

export interface AuditLog {
  note(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  /** The latest first. */
  latest(count: number): readonly AuditEntry[];
}

const keptMax = 200;
/** Refusals of one address are told once in a while: they must not fill the disk. */
const refusedEveryMs = 60_000;
const refusedKeysMax = 1_000;

export async function openAuditLog(
  folder: string,
  { clock, onWarning }: { readonly clock: Clock; readonly onWarning: (text: string) => void },
): Promise<AuditLog> {
  const path = join(folder, 'audit.jsonl');
  const kept = await readLatest(path);
  const refused = new Map<string, number>();
  const isNews = ({ action, from, outcome }: Omit<AuditEntry, 'at'>): boolean => {
    if (action !== 'refused') return true;
    const key = `${from} ${outcome}`;
    const nowMs = clock.monotonicMs();
    const last = refused.get(key);
    if (last !== undefined && nowMs - last < refusedEveryMs) return false;
    if (refused.size >= refusedKeysMax) refused.clear();
    refused.set(key, nowMs);
    return true;
  };
  return {
    async note(given) {
      if (!isNews(given)) return;
      const entry: AuditEntry = { at: clock.now().toISOString(), ...given };
      kept.unshift(entry);
      if (kept.length > keptMax) kept.pop();
      await appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 }).catch(
        (error: unknown) => onWarning(`The audit log ${path} cannot be written: ${String(error)}.`),
      );
    },
    latest: (count) => kept.slice(0, count),
  };
}

async function readLatest(path: string): Promise<AuditEntry[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .trimEnd()
    .split('\n')
    .slice(-keptMax)
    .flatMap((line) => {
      try {
        const parsed = entrySchema.safeParse(JSON.parse(line));
        return parsed.success ? [parsed.data] : [];
      } catch {
        return [];
      }
    })
    .reverse();
}
