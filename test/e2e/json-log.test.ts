import { writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';

const SETTINGS = 'routing: routing\nlog: { format: json }\ndevelopment: true\n';
// The second channel is a finding, and no error.
const ROUTES = `
faulty: { channel: "faulty/{what}", handler: faulty, access: { subscribe: anyone, publish: backend } }
twice: { channel: "faulty/{other}", handler: faulty }
`;

/** What goes wrong in code of an application, by the channel that is published to. */
const HANDLER = `
const FAULTS = {
  throws() {
    throw new Error('it throws');
  },
  warns: () => process.emitWarning('it warns', { code: 'APP01' }),
  rejects: () => void Promise.reject(new Error('it rejects')),
  'rejects-words': () => void Promise.reject('only words'),
  'rejects-object': () => void Promise.reject({ status: 401, password: 'hush' }),
  ends: () => void setTimeout(() => { throw new Error('it ends all'); }),
};
export class Faulty {
  static handler = 'faulty';
  onPublish(_session, _topic, { params }) {
    FAULTS[params.what]();
  }
}
`;

interface Line {
  readonly level: number;
  readonly event: string;
  readonly msg: string;
}

/** What is no JSON of the log fails here. */
function linesOf({ stderr }: ServerProcess): readonly Line[] {
  const lines = stderr.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    expect(line).toMatch(/^\{"level":\d0,.*"event":"[a-z_]+".*\}$/);
    return JSON.parse(line) as Line;
  });
}

const has = (server: ServerProcess, event: string) =>
  until(() => server.stderr.includes(`"event":"${event}"`));

async function serve(): Promise<{ server: ServerProcess; folder: string }> {
  const folder = testFolder({
    'signalbox.yml': SETTINGS,
    'routing/routes.yml': ROUTES,
    'topics/faulty.js': HANDLER,
    'topics/package.json': '{ "type": "module" }',
  });
  const env = { SIGNALBOX_LIMITS_DRAIN: '100ms' };
  const server = await ServerProcess.start({ config: `${folder}/signalbox.yml`, env });
  onTestFinished(() => server.stop());
  return { server, folder };
}

describe('the error stream of a server whose log is JSON', { timeout: 60_000 }, () => {
  it('has lines of the log alone, from its start to its end, whatever goes wrong', async () => {
    const { server, folder } = await serve();
    const stranger = Wamp2TestPeer.connect(`${server.webSocketUrl()}?ticket=wrong`, 'json');
    await stranger.catch(() => undefined);
    const answers = [];
    for (const what of ['throws', 'warns', 'rejects', 'rejects-words', 'rejects-object', 'nothing'])
      answers.push((await server.publish(`faulty/${what}`, 1)).status);
    expect(answers).toEqual([500, 200, 200, 200, 200, 500]);
    writeFileSync(`${folder}/routing/routes.yml`, `${ROUTES}broken: { channel: b, handler: nobody }\n`);
    server.signal('SIGHUP');
    await has(server, 'reload_refused');
    writeFileSync(`${folder}/routing/routes.yml`, ROUTES);
    server.signal('SIGHUP');
    await has(server, 'reloaded');
    server.signal('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
    const lines = linesOf(server).filter(({ event }) => event !== 'event_loop_blocked');
    expect(lines.map(({ event }) => event)).toEqual([
      'finding',
      'server_started',
      'development_mode',
      'credentials_refused',
      ...['handler_failed', 'request_refused'],
      'node_warning',
      ...['promise_rejected', 'promise_rejected', 'promise_rejected'],
      ...['handler_failed', 'request_refused'],
      ...['reload_refused', 'finding', 'finding'],
      ...['reloaded', 'finding'],
      ...['drain_began', 'server_stopped'],
    ]);
    const of = (event: string) => lines.filter((line) => line.event === event);
    expect(of('finding')[0]).toMatchObject({
      level: 40,
      finding: 'shadowed-route',
      severity: 'warning',
      file: expect.stringMatching(/routes\.yml$/),
      line: 3,
      column: expect.any(Number),
      hint: expect.any(String),
    });
    expect(of('finding').map((line) => (line as { severity?: string }).severity)).toContain('error');
    expect(of('node_warning')[0]).toMatchObject({ msg: 'it warns', error: { code: 'APP01' } });
    expect(of('promise_rejected')).toMatchObject([
      { level: 50, error: { message: 'it rejects', stack: expect.stringContaining('faulty.js') } },
      { error: 'only words' },
      { error: 'no error, but an object with status, password' },
    ]);
    expect(server.stderr).not.toContain('hush');
  });

  it('ends with the error that nobody has caught', async () => {
    const { server } = await serve();
    await server.publish('faulty/ends', 1).catch(() => undefined);
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(linesOf(server).at(-1)).toMatchObject({
      level: 50,
      event: 'process_failed',
      error: { message: 'it ends all', stack: expect.stringContaining('faulty.js') },
    });
  });
});
