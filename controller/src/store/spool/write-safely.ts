import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Complete and durable under its final name, or not there at all. */
export async function writeSafely(
  folder: string,
  name: string,
  content: Uint8Array,
): Promise<void> {
  const draft = join(folder, `draft-${name}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, name));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
