import { errorCodeOf } from './error-code.ts';
import { messageOf } from './message-of.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota of this user is used up',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
  ENOTSUP: 'nothing can be made there',
  EIO: 'the disk fails',
};

/** Why the system would not, in words that go after a colon, and its code: never a raw text. */
export function fileReason(error: unknown): string {
  const code = errorCodeOf(error);
  const words = reasons[code];
  return words === undefined ? messageOf(error) : `${words} (${code})`;
}
