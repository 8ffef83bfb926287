import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { FindingList } from './finding-list.js';
import { shownName } from './routing-files.js';
import type { SettingSources } from './setting-sources.js';
import type { TlsSettings } from './settings.js';
import type { ParsedSettings } from './settings-schema.js';

/** Where the findings go, and how the places of settings are found. */
interface Reading {
  readonly folder: string;
  readonly sources: SettingSources;
  readonly findings: FindingList;
}

/** The files of `listen.tls`, absolute and tried out; what is wrong with them is a finding. */
export function readTls(tls: ParsedSettings['listen']['tls'], reading: Reading): TlsSettings | undefined {
  if (tls === undefined) return undefined;
  const { cert, key, min_version: minVersion } = tls;
  const report = (name: 'cert' | 'key' | undefined, message: string, hint: string) => {
    const path = ['listen', 'tls', ...(name === undefined ? [] : [name])];
    reading.findings.report('bad-setting', reading.sources.at(path, name === undefined), { message, hint });
  };
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'cert' : 'key';
    report(
      undefined,
      `listen.tls has no ${missing}`,
      'give listen.tls.cert and listen.tls.key, two PEM files',
    );
    return undefined;
  }
  const files = { cert: resolve(reading.folder, cert), key: resolve(reading.folder, key), minVersion };
  tryFiles(files, report);
  return files;
}

function tryFiles(
  files: TlsSettings,
  report: (name: 'cert' | 'key' | undefined, message: string, hint: string) => void,
): void {
  const contents = (['cert', 'key'] as const).map((name) => {
    try {
      return readFileSync(files[name]);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      report(
        name,
        `${shownName(files[name])} cannot be read: ${code}`,
        'it has to be readable by the server',
      );
      return undefined;
    }
  });
  const [cert, key] = contents;
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = (error as Error).message;
    report(
      undefined,
      `the certificate and key cannot be used: ${reason}`,
      'cert and key are PEM and fit together',
    );
  }
}
