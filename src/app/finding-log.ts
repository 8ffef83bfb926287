import type { Finding } from '../config/index.js';
import type { Logger } from '../core/logger.js';

/** Findings that are written at once. */
const MOST = 50;

/** Writes a line for each finding. The text around its place is left out: a settings file may have secrets there. */
export function logFindings(logger: Logger, findings: readonly Finding[]): void {
  for (const { file, line, column, severity, code: finding, message, hint } of findings.slice(0, MOST)) {
    logger.warn(
      { event: 'finding', finding, severity, file, line, column, hint },
      `${file}:${line}:${column} ${message}`,
    );
  }
}
