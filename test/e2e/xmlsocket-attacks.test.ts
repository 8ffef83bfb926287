import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server.js';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';
import { XmlTestPeer } from '../support/xml-peer.js';

const ADAM = '<login u="adam" p="adam"/>';

const server = useServer();

async function tcp(from = server()): Promise<XmlTestPeer> {
  const peer = await XmlTestPeer.tcp(from.portOf('xmlsocket'));
  onTestFinished(() => peer.end());
  return peer;
}

describe('a server that is attacked over XMLSocket', () => {
  const KILOBYTES = 64;
  const bomb = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY lol${i} "${`&lol${i - 1 || ''};`.repeat(10)}">`,
  ).join('')}]><msg>&lol8;</msg>`;

  it.each([
    ['an XML bomb', bomb],
    ['an external entity', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><msg>&f;</msg>'],
    ['an instruction', '<?php system("id") ?><msg/>'],
    ['elements without end', '<a>'.repeat(20_000)],
    ['an element of a megabyte', `<msg>${'x'.repeat(1_000_000)}</msg>`],
    ['a megabyte without an end', 'x'.repeat(1_000_000)],
    ['a name of a megabyte', `<${'a'.repeat(1_000_000)}/>`],
    ['attributes without end', `<msg ${Array.from({ length: 5000 }, (_, i) => `a${i}="1"`).join(' ')}/>`],
  ])(
    'answers %s with an error, ends that connection in order, and serves the others',
    async (_what, octets) => {
      const attacker = await StreamPeer.connect(server().portOf('xmlsocket'));
      attacker.send(`${octets}\0`);
      await until(() => attacker.closed);
      expect(attacker.heard).toMatch(/^<error code="(?:bad_request|payload_too_large)"[^\0]*<\/error>\0$/);
      expect(attacker.heard).not.toContain('root:');
      const other = await tcp();
      other.say(ADAM);
      await other.until('<rooms');
      expect(server().running).toBe(true);
    },
  );

  it('stays small under a hundred faults in every message', async () => {
    const before = await server().metric('process_resident_memory_bytes');
    const peers = await Promise.all(Array.from({ length: 20 }, () => tcp()));
    for (const peer of peers) {
      for (let n = 0; n < 100; n++) peer.say(`<msg>${'&x;'.repeat((KILOBYTES * 1000) / 3 - 10)}</msg>`);
      peer.say(ADAM);
    }
    await Promise.all(peers.map((peer) => peer.until('<rooms')));
    const after = await server().metric('process_resident_memory_bytes');
    expect(after - before).toBeLessThan(150 * 2 ** 20);
  }, 60_000);

  it('is guessed at no faster than limits.failed_logins allows, and says so', async () => {
    const config = makeFolder({
      'signalbox.yml': `listen: { xmlsocket_port: 0 }
routing: r.yml
limits: { failed_logins: 3/h }
auth: { logins: { adam: { secret: adam's secret } } }
`,
      'r.yml': `chat.room: { channel: 'c/{room}', handler: chat.room }
chat.rooms: { channel: 'chat/rooms', handler: chat.rooms, access: { call: anyone } }
chat.user: { channel: 'u/{user_id}', handler: chat.user }
`,
    });
    const own = await ServerProcess.start({ config: `${config}/signalbox.yml` });
    onTestFinished(() => own.stop());
    let refusal: string | undefined;
    for (let connection = 0; connection < 4 && refusal === undefined; connection++) {
      const guesser = await tcp(own);
      guesser.say(...Array.from({ length: 5 }, (_, i) => `<login u="adam" p="guess ${i}"/>`));
      await until(() => guesser.closed);
      expect(guesser.messages.filter((message) => message === '<login ok="0"/>')).toHaveLength(5);
      refusal = guesser.messages.find((message) => message.startsWith('<error'));
    }
    expect(refusal).toMatch(/^<error code="limit_exceeded" [^>]*>limits\.failed_logins/);
    const late = await tcp(own);
    late.say('<login u="adam" p="adam\'s secret"/>');
    expect(await late.until('<error')).toContain('<login ok="0"/>');
  });
});
