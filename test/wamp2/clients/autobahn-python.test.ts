import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { autobahnPython } from '../../support/autobahn-python.js';
import { run } from '../../support/run.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';

const SCRIPT = fileURLToPath(new URL('./nine_steps.py', import.meta.url));

describe.skipIf(autobahnPython === undefined)('an autobahn-python session', () => {
  const server = useServer(APPLICATION);

  it.each(['json', 'msgpack', 'cbor'])('gets through its nine steps over %s', async (serializer) => {
    const { stdout, stderr } = await run(autobahnPython ?? '', [SCRIPT, server().webSocketUrl(), serializer]);
    const last = stdout.trim().split('\n').at(-1) || '{}';
    expect(JSON.parse(last), stderr).toEqual({
      octets: ['0001ff', 'text'],
      wildcard: '.middle.end',
      add: 5,
      progress: [0, 1, 2, 'end'],
      retained: ['kept', true],
      prefix: '.prefix.a.b',
      unknown: 'wamp.error.no_such_procedure',
      count: true,
      subscribers: 1,
    });
  });
});
