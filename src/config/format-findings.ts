import type { Finding } from './finding.js';

const PLAIN = { error: '', warning: '', dim: '', end: '' };
const COLOURS = { error: '\x1b[31m', warning: '\x1b[33m', dim: '\x1b[2m', end: '\x1b[0m' };

/** The findings for a terminal: place and message, the lines meant, and the remedy. */
export function formatFindings(
  findings: readonly Finding[],
  { color = false }: { readonly color?: boolean } = {},
): string {
  const paint = color ? COLOURS : PLAIN;
  return findings.map((finding) => format(finding, paint)).join('\n\n');
}

function format(finding: Finding, paint: typeof PLAIN): string {
  const { file, line, column, severity, code, message, hint, frame } = finding;
  const head = `${file}:${line}:${column}  ${paint[severity]}${severity}${paint.end} ${message} ${paint.dim}(${code})${paint.end}`;
  return [head, frame, `  ${paint.dim}=${paint.end} ${hint}`].filter((part) => part !== '').join('\n');
}
