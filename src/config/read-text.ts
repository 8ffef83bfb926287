import { readFile, stat } from 'node:fs/promises';
import type { FindingList } from './finding-list.js';
import { SourceFile } from './source-file.js';

const LARGEST = 1024 * 1024;

/** The text of a file without its byte order mark. Reports a file that cannot be read and gives undefined. */
export async function readText(
  file: { path: string; name: string },
  findings: FindingList,
  source: (text: string) => SourceFile = (text) => new SourceFile(file.name, text),
): Promise<SourceFile | undefined> {
  try {
    const found = await stat(file.path);
    // a pipe or a device may never end
    if (!found.isFile()) return refuse('file-unreadable', new Error('it is no file'));
    if (found.size > LARGEST) return refuse('file-too-large');
    const bytes = await readFile(file.path);
    if (!isUtf8(bytes)) return reportEncoding(source(bytes.toString('utf8')), findings);
    return source(withoutMark(bytes.toString('utf8')));
  } catch (cause) {
    return refuse('file-unreadable', cause);
  }

  function refuse(code: 'file-too-large' | 'file-unreadable', cause?: unknown): undefined {
    const large = code === 'file-too-large';
    findings.report(code, source('').at([0, 0]), {
      message: large ? 'the file is larger than 1 MiB' : `the file cannot be read: ${reason(cause)}`,
      hint: large ? 'split it into several files' : 'check the path and the permissions',
    });
    return undefined;
  }
}

function reportEncoding(source: SourceFile, findings: FindingList): undefined {
  const at = Math.max(0, source.text.indexOf('\ufffd'));
  findings.report('not-utf8', source.at([at, at + 1]), {
    message: 'the file is not UTF-8 from here on',
    hint: 'save it as UTF-8',
  });
  return undefined;
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function reason(cause: unknown): string {
  const code = (cause as { code?: string }).code;
  if (code === 'ENOENT') return 'it does not exist';
  return code === 'EACCES' ? 'access is denied' : String((cause as Error).message);
}
