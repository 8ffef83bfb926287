import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/app/metric-table.js';
import { Autobahn } from '../support/autobahn.js';
import { KEY, REPOSITORY } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const COUNTED = /\b(?:count|timing\?\.|timing)\(\s*'(signalbox_\w+)'/g;

function countedInSources(): readonly string[] {
  const files = globSync('{src,topics}/**/*.ts', { cwd: REPOSITORY, absolute: true });
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(COUNTED)].map(([, name = '']) => name),
  );
}

describe('docs/metrics.md', () => {
  const server = useServer();

  async function scraped(): Promise<string> {
    const response = await fetch(`${server().url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return response.text();
  }

  it('has the table of src/app/metric-table.ts', async () => {
    const script = `${REPOSITORY}scripts/metrics-doc.mjs`;
    const check = promisify(execFile)(process.execPath, [script, '--check']);
    await expect(check).resolves.toMatchObject({ stderr: '' });
  });

  it('has all that a server exposes, and nothing else', async () => {
    const types = [...(await scraped()).matchAll(/^# TYPE (signalbox_\S+) (\w+)$/gm)];
    const exposed = types.map(([, name = '', type]) => [name, type]);
    const documented = Object.entries(METRICS).map(([name, { type }]) => [name, type]);
    expect(exposed.sort()).toEqual(documented.sort());
  });

  it('has all that is counted anywhere in the sources, and each is counted there', () => {
    const counted = new Set(countedInSources());
    const seldom = Object.entries(METRICS).filter(([, facts]) => !('figure' in facts));
    expect([...counted].sort()).toEqual(seldom.map(([name]) => name).sort());
  });

  it('tells sessions by protocol and transport, and octets that were sent', async () => {
    const page = await Autobahn.connect(server().webSocketUrl());
    await page.settle();
    expect(await scraped()).toContain('signalbox_sessions{protocol="wamp1",transport="websocket"} 1');
    expect(await scraped()).toContain('signalbox_connections{transport="websocket"} 1');
    const [, octets] =
      /signalbox_sent_bytes_total\{transport="websocket"\} (\d+)/.exec(await scraped()) ?? [];
    expect(Number(octets)).toBeGreaterThan(30);
    page.socket.destroy();
    await until(async () => (await scraped()).includes('signalbox_connections{transport="websocket"} 0'));
    expect(await scraped()).not.toContain('protocol="wamp1"');
  });

  it('tells of each route what has happened on it, and no channel', async () => {
    expect((await server().publish('chat/room/1', { text: 'hello' })).status).toBe(200);
    expect((await server().publish('chat/rooms', 1)).status).toBe(403);
    const text = await scraped();
    expect(text).toMatch(/^signalbox_route_publications_total\{route="chat.room"\} [1-9]/m);
    expect(text).toMatch(/^signalbox_route_refusals_total\{route="chat.rooms"\} 1$/m);
    expect(text).toMatch(/^signalbox_handler_seconds_count\{route="chat.room",hook="publish"\} 1$/m);
    expect(text).not.toContain('chat/room');
  });

  it('no label has a channel, a user or an address', async () => {
    const labels = Object.values(METRICS).flatMap((facts) => ('labels' in facts ? facts.labels : []));
    const closed = ['version', 'transport', 'protocol', 'code', 'limit', 'what', 'route', 'hook'];
    const words = ['recovered', 'reason', 'kept', 'outcome', 'method'];
    expect(new Set([...closed, ...words])).toEqual(new Set(labels));
  });
});
