import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { LOG_EVENTS, type LogEvent } from '../../src/core/log-events.js';
import { REPOSITORY } from '../support/server.js';

const LINE = /\.(debug|info|warn|error|write)\(\s*(?:\(\) => )?\{\s*event: '(\w+)'/g;
const NAMED = /\bevent: '([a-z_]+)'/g;

const sources = globSync('src/**/*.ts', { cwd: REPOSITORY, absolute: true })
  .filter((file) => !file.includes('/src/client/') && !file.endsWith('/log-events.ts'))
  .map((file) => readFileSync(file, 'utf8'));

/** What a logger of this server writes of these fields. */
function written(fields: object, format = 'json'): string {
  const program = `
    import { createLogger } from '${REPOSITORY}dist/src/app/logger.js';
    createLogger({ level: 'info', format: '${format}' }).info(${JSON.stringify(fields)}, 'text');`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stderr;
}

describe('the log', () => {
  it('docs/logs.md has the events of src/core/log-events.ts', async () => {
    const script = `${REPOSITORY}scripts/logs-doc.mjs`;
    const check = promisify(execFile)(process.execPath, [script, '--check']);
    await expect(check).resolves.toMatchObject({ stderr: '' });
  });

  it('every event of the list is written somewhere', () => {
    const named = new Set(sources.flatMap((text) => [...text.matchAll(NAMED)].map(([, event]) => event)));
    expect(Object.keys(LOG_EVENTS).filter((event) => !named.has(event))).toEqual([]);
  });

  it('every line is written at the level that the list says', () => {
    const lines = sources.flatMap((text) =>
      [...text.matchAll(LINE)].map(([, level, event]) => ({ level, event })),
    );
    expect(lines.length).toBeGreaterThan(50);
    for (const { level, event } of lines) {
      const known = LOG_EVENTS[event as LogEvent];
      expect({ event, level: level === 'write' ? 'info' : level }).toEqual({ event, level: known?.level });
    }
  });

  it('no secret reaches a line, however it got into one', () => {
    const names = [
      'ticket',
      'token',
      'bearer',
      'key',
      'secret',
      'password',
      'passcode',
      'cookie',
      'authorization',
    ];
    const secrets = Object.fromEntries(names.map((name) => [name, 'hush']));
    const line = written({ event: 'handler_failed', ...secrets, nested: secrets });
    expect(line).toContain('"event":"handler_failed"');
    expect(line).not.toContain('hush');
  });

  it.each(['json', 'text'])('no peer moves the cursor of who reads it, as %s', (format) => {
    const text = '\u001b[2Jb\u009b8m\u202e';
    const line = written(
      { event: 'request_refused', reason: text, error: { stack: text, type: 'Error' } },
      format,
    );
    expect(line).toContain('text');
    expect(line).toContain(String.raw`\u009b8m\u202e`);
    expect(line).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u);
  });
});
