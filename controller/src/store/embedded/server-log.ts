import type { FileHandle } from 'node:fs/promises';
import { chown, open, rename, stat } from 'node:fs/promises';
import type { Account } from './account.ts';

const logBytesMax = 4 * 1024 * 1024;
const tailBytesMax = 8_192;
const tailLinesMax = 20;

/** Opens the server's log for appending, handed to its account; a long one is put aside first. */
export async function openLog(file: string, account: Account): Promise<FileHandle> {
  const size = await sizeOf(file);
  if (size > logBytesMax) await rename(file, `${file}.1`).catch(() => undefined);
  const handle = await open(file, 'a', 0o600);
  if (account.isOther) await chown(file, account.uid, account.gid);
  return handle;
}

export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

/** Last lines written after `fromBytes`: what one start had to say. */
export async function readTail(file: string, fromBytes: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(size < fromBytes ? 0 : fromBytes, size - tailBytesMax);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(Math.max(0, size - start)),
      position: start,
    });
    const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n');
    return lines.slice(-tailLinesMax).join('\n');
  } finally {
    await handle.close();
  }
}
