import { describe, expect, it } from 'vitest';
import { type Client, World } from './world.js';

/** One who asks and one who answers. */
async function pair(world = new World()): Promise<{ world: World; asking: Client; answering: Client }> {
  const [asking, answering] = [await world.connect(), await world.connect('1.0')];
  await answering.do('SUBSCRIBE', { id: '1', destination: 'chat/requests' });
  return { world, asking, answering };
}

const REQUEST = { destination: 'chat/requests', 'reply-to': '/temp-queue/answers', 'correlation-id': '7' };

describe('a requester', () => {
  it('gets the reply without having subscribed, under the name that it gave', async () => {
    const { asking, answering } = await pair();
    await asking.do('SEND', REQUEST, 'how many?');
    const [request] = await answering.news();
    expect(request?.headers['reply-to']).toMatch(/^\/reply-queue\/[0-9a-f]{32}$/);
    await answering.do(
      'SEND',
      {
        destination: request?.headers['reply-to'] ?? '',
        'correlation-id': request?.headers['correlation-id'] ?? '',
      },
      'three',
    );
    expect(await asking.news()).toMatchObject([
      {
        command: 'MESSAGE',
        headers: {
          subscription: '/temp-queue/answers',
          destination: '/temp-queue/answers',
          'correlation-id': '7',
        },
        body: 'three',
      },
    ]);
  });

  it('gets the reply once, by its own subscription if it has one', async () => {
    for (const isFirst of [true, false]) {
      const { asking, answering } = await pair();
      const subscribe = () => asking.do('SUBSCRIBE', { id: 'mine', destination: '/temp-queue/answers' });
      if (isFirst) await subscribe();
      await asking.do('SEND', REQUEST, 'how many?');
      if (!isFirst) await subscribe();
      const [request] = await answering.news();
      await answering.do('SEND', { destination: request?.headers['reply-to'] ?? '' }, 'three');
      const news = await asking.news();
      expect(news.map(({ headers }) => headers['subscription'])).toEqual(['mine']);
    }
  });

  it('keeps its address from request to request', async () => {
    const { asking, answering } = await pair();
    for (let n = 0; n < 2; n++) await asking.do('SEND', REQUEST, 'x');
    const addresses = (await answering.news()).map(({ headers }) => headers['reply-to']);
    expect(new Set(addresses).size).toBe(1);
  });

  it('has its address given to others by a transaction, too', async () => {
    const { asking, answering } = await pair();
    await asking.do('BEGIN', { transaction: 't' });
    await asking.do('SEND', { ...REQUEST, transaction: 't' }, 'x');
    await asking.do('COMMIT', { transaction: 't' });
    expect((await answering.news())[0]?.headers['reply-to']).toMatch(/^\/reply-queue\//);
  });

  it('gets what anybody sends there, in any protocol', async () => {
    const { world, asking, answering } = await pair();
    await asking.do('SEND', REQUEST, 'x');
    const [request] = await answering.news();
    await world.server.connect().publish((request?.headers['reply-to'] ?? '').slice(1), { of: 'another' });
    expect(await asking.bodies()).toEqual(['{"of":"another"}']);
  });

  it('is alone in hearing its replies', async () => {
    const { world, asking, answering } = await pair();
    await asking.do('SEND', REQUEST, 'x');
    const [request] = await answering.news();
    const address = request?.headers['reply-to'] ?? '';
    const [error] = await answering.do('SUBSCRIBE', { id: '2', destination: address });
    expect(error?.headers['code']).toBe('forbidden');
    const nosy = await world.connect();
    await nosy.do('SUBSCRIBE', { id: '1', destination: '/topic/>' });
    await answering.do('SEND', { destination: address }, 'secret');
    expect(await nosy.news()).toEqual([]);
    expect(await asking.bodies()).toEqual(['secret']);
  });

  it('passes other destinations on untouched', async () => {
    const { asking, answering } = await pair();
    await asking.do('SEND', { ...REQUEST, 'reply-to': '/queue/answers' }, 'x');
    expect((await answering.news())[0]?.headers['reply-to']).toBe('/queue/answers');
  });

  it('may send to its own queue', async () => {
    const { asking } = await pair();
    await asking.do('SUBSCRIBE', { id: 'mine', destination: '/temp-queue/a' });
    expect(await asking.do('SEND', { destination: '/temp-queue/a' }, 'x')).toMatchObject([{ body: 'x' }]);
  });

  it('that is gone is answered no more', async () => {
    const { world, asking, answering } = await pair();
    await asking.do('SEND', REQUEST, 'x');
    const [request] = await answering.news();
    asking.peer.drop();
    const [error] = await answering.do('SEND', { destination: request?.headers['reply-to'] ?? '' }, 'late');
    expect(error?.headers['code']).toBe('no_such_route');
    expect(world.replies.size).toBe(0);
  });

  it('has so many queues as stomp.temp_queues allows', async () => {
    const client = await new World().connect('1.0');
    for (const name of ['a', 'b'])
      await client.do('SUBSCRIBE', { id: name, destination: `/temp-queue/${name}` });
    const [error] = await client.do('SEND', { ...REQUEST, 'reply-to': '/temp-queue/c' }, 'x');
    expect(error?.headers).toMatchObject({ code: 'limit_exceeded' });
    expect(error?.headers['message']).toContain('stomp.temp_queues');
  });

  it.each(['/temp-queue/'])('cannot name a queue %s', async (destination) => {
    const client = await new World().connect('1.0');
    expect((await client.do('SUBSCRIBE', { id: '1', destination }))[0]?.headers['code']).toBe('bad_request');
  });
});
