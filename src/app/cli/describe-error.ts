import { ConfigurationError } from '../application.js';
import { DiscoveryError } from '../discover.js';

/** What the system says of files, and what to do about it. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder: check the path',
  EACCES: 'this user may not do that: check who owns it, or name another place',
  EPERM: 'this user may not do that: check who owns it, or name another place',
  EROFS: 'it is on a file system that is read only: name another place',
  ENOTDIR: 'a part of its path is a file: name another place',
  EISDIR: 'it is a folder: name a file',
  ENOSPC:
    'the disk is full: make room, or name another place; of files that are watched, raise fs.inotify.max_user_watches',
  EMFILE: 'too many files are open: raise ulimit -n',
};

/** Whatever ended a command, as its user reads it: a sentence and a remedy, never a stack. */
export function describeError(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof DiscoveryError) return error.message;
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const { code = '', path } = error as NodeJS.ErrnoException;
  const meaning = SYSTEM_ERRORS[code];
  if (meaning === undefined) return `error: ${error.message}`;
  return `error: ${path === undefined ? '' : `${path}: `}${meaning} (${code})`;
}
