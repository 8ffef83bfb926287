import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRouterError, RouterError } from '../../../src/core/errors.js';
import { Frame } from '../../../src/core/frame.js';
import { Publishing } from './publishing.js';

const CHANNEL = 'oro/email_event/5/7';
const ONE = { channel: CHANNEL, payload: { hasNewEmail: true } };

describe('POST /api/publish', () => {
  it('tells the publisher the channel and the id', async () => {
    const reply = await new Publishing().post(ONE);
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(JSON.parse(String(reply.body))).toEqual({
      channel: CHANNEL,
      id: 'p1',
      offset: null,
      epoch: null,
      duplicate: false,
      superseded: false,
    });
  });

  it('tells no id where the handler delivered nothing', async () => {
    const publishing = new Publishing();
    publishing.router.answer = () => undefined;
    expect(await publishing.send(ONE)).toMatchObject({ channel: CHANNEL, id: null });
  });

  it('hands payload, exclude and eligible to the router', async () => {
    const publishing = new Publishing();
    await publishing.post({ ...ONE, exclude: ['s1'], eligible: ['s2', 's3'] });
    await publishing.post(ONE);
    const [first, second] = publishing.router.published;
    expect(first).toMatchObject({ channel: CHANNEL, event: { exclude: ['s1'], eligible: ['s2', 's3'] } });
    expect(first?.event.payload.value).toEqual({ hasNewEmail: true });
    expect(second?.event).toMatchObject({ exclude: [], eligible: [] });
  });

  it('publishes under the principal of the key or the ticket', async () => {
    const publishing = new Publishing();
    await publishing.post(ONE, { authorization: 'Bearer crm-key' });
    await publishing.post(ONE, { authorization: 'bearer  ticket-5' });
    const [backend, user] = publishing.router.published.map(({ session }) => session);
    expect(backend).toMatchObject({ protocol: 'http', principal: { kind: 'backend', id: 'crm-key' } });
    expect(user?.principal).toMatchObject({ kind: 'user', id: '5' });
    expect(user?.id).not.toBe(backend?.id);
  });

  it('leaves no session behind, and delivers nothing to it', async () => {
    const publishing = new Publishing();
    publishing.router.answer = (call) => {
      expect(call.session.closed).toBe(false);
      call.session.connection.send(Frame.text('for nobody'));
      return publishing.router.publication(call);
    };
    await publishing.post(ONE);
    expect(publishing.router.opened).toEqual([]);
    expect(publishing.router.published[0]?.session.closed).toBe(true);
  });

  it('makes the channel from a route and its parameters', async () => {
    const publishing = new Publishing();
    const reply = await publishing.send({
      route: 'oro_email.event',
      params: { user_id: '5', organization_id: 7 },
      payload: 1,
    });
    expect(reply).toMatchObject({ channel: 'oro_email.event/user_id=5/organization_id=7' });
    await publishing.post({ route: 'oro_sync.ping', payload: 1 });
    expect(publishing.router.published[1]?.channel).toBe('oro_sync.ping');
  });

  it('takes numbers among the parameters digit by digit', async () => {
    const body = '{"route":"r","params":{"user_id":12345678901234567890,"o":-0},"payload":1}';
    expect(await new Publishing().send(body)).toMatchObject({
      channel: 'r/user_id=12345678901234567890/o=-0',
    });
  });

  it.each([
    [undefined, 'the key is missing'],
    ['', 'not of the form Bearer KEY'],
    ['Bearer', 'not of the form Bearer KEY'],
    ['Bearer ', 'not of the form Bearer KEY'],
    ['Bearer a b', 'not of the form Bearer KEY'],
    ['Basic c2hvcC1rZXk=', 'not of the form Bearer KEY'],
    ['shop-key', 'not of the form Bearer KEY'],
    ['Bearer wrong', 'the key is not known'],
    ['Bearer nobody', 'the key is not known'],
  ])('refuses the authorization %j before the body is looked at', async (authorization, message) => {
    const publishing = new Publishing();
    await expect(publishing.post('{{{', { authorization })).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    undefined,
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json ;charset=UTF-8',
  ])('takes the content type %j', async (type) => {
    expect((await new Publishing().post(ONE, { 'content-type': type })).status).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    '',
    'application/json, text/plain',
  ])('refuses the content type %j and says which to send', async (type) => {
    await expect(new Publishing().post(ONE, { 'content-type': type })).rejects.toMatchObject({
      code: 'bad_request',
      hint: 'send the header Content-Type: application/json',
    });
  });

  it.each([
    ['', 'expected a value at line 1 column 1'],
    ['\ufeff{}', 'expected a value at line 1 column 1'],
    ['[]', 'expected an object at line 1 column 1'],
    ['null', 'expected an object at line 1 column 1'],
    ['{"channel":"a","payload":1', 'expected , or } at line 1 column 27'],
    ['{"channel":"a","payload":1}}', 'expected nothing more at line 1 column 28'],
    ['{\n  "channel": "äöü☃😀", x\n}', 'expected a key in double quotes at line 2 column 23'],
    ['{\r\n"channel":"a",\r\n"payload":tru}', 'expected true at line 3 column 11'],
    ['{"channel":"a","payload":{"a":NaN}}', 'expected a value at line 1 column 31'],
    ['{}', 'channel is missing: give channel, or route and params at line 1 column 1'],
    [' {"payload":1}', 'channel is missing: give channel, or route and params at line 1 column 2'],
    ['{"params":{},"payload":1}', 'channel is missing: give channel, or route and params at line 1 column 1'],
    [
      '{"channel":"a","route":"b","payload":1}',
      'channel and route are both given: leave one out at line 1 column 1',
    ],
    [
      '{"channel":"a","params":{},"payload":1}',
      'params go with a route, not with a channel at line 1 column 25',
    ],
    ['{"channel":"a"}', 'payload is missing: send null for an empty message at line 1 column 1'],
    ['{"channel":5,"payload":1}', 'channel is not a text at line 1 column 12'],
    ['{"channel":null,"payload":1}', 'channel is not a text at line 1 column 12'],
    ['{"route":["a"],"payload":1}', 'route is not a text at line 1 column 10'],
    ['{"channel":"a","payload":1,"chanel":"b"}', 'unknown key "chanel" at line 1 column 28'],
    ['{"channel":"a","payload":1,"__proto__":{}}', 'unknown key "__proto__" at line 1 column 28'],
    ['{"channel":"a","payload":1,"channel":"b"}', 'the key "channel" comes twice at line 1 column 28'],
    ['{"channel":"a","payload":1,"\\u0070ayload":2}', 'the key "payload" comes twice at line 1 column 28'],
    [
      '{"channel":"a","payload":1,"exclude":"s1"}',
      'exclude is not a list of session ids at line 1 column 38',
    ],
    [
      '{"channel":"a","payload":1,"eligible":null}',
      'eligible is not a list of session ids at line 1 column 39',
    ],
    [
      '{"channel":"a","payload":1,"eligible":["s",1]}',
      'eligible is not a list of session ids at line 1 column 39',
    ],
    [
      '{"channel":"a","payload":1,"eligible":{"0":"s"}}',
      'eligible is not a list of session ids at line 1 column 39',
    ],
    ['{"route":"r","payload":1,"params":["5"]}', 'expected an object at line 1 column 35'],
    [
      '{"route":"r","payload":1,"params":{"a":1.0}}',
      'the parameter "a" is not a text or a whole number at line 1 column 40',
    ],
    [
      '{"route":"r","payload":1,"params":{"a":1e3}}',
      'the parameter "a" is not a text or a whole number at line 1 column 40',
    ],
    [
      '{"route":"r","payload":1,"params":{"a":true}}',
      'the parameter "a" is not a text or a whole number at line 1 column 40',
    ],
    [
      '{"route":"r","payload":1,"params":{"a":{}}}',
      'the parameter "a" is not a text or a whole number at line 1 column 40',
    ],
    ['{"route":"r","payload":1,"params":{"a":1,"a":2}}', 'the key "a" comes twice at line 1 column 42'],
    ['{"channel":"a","payload":1,"idempotency_key":7}', 'idempotency_key is not a text at line 1 column 46'],
    [
      '{"channel":"a","payload":1,"idempotency_key":""}',
      'idempotency_key is not 1 to 255 characters long at line 1 column 46',
    ],
    [
      '{"messages":[],"channel":"a"}',
      'messages stands alone: move the other keys into it at line 1 column 13',
    ],
    ['{"messages":{}}', 'expected a list at line 1 column 13'],
  ])('refuses %j and says where it is wrong', async (body, message) => {
    const publishing = new Publishing();
    await expect(publishing.post(body)).rejects.toMatchObject({ code: 'bad_request', status: 400, message });
    expect(publishing.router.published).toEqual([]);
  });

  it('refuses a body that is not UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"channel":"a","payload":"'),
      Buffer.from([0xc3]),
      Buffer.from('"}'),
    ]);
    await expect(new Publishing().post(body)).rejects.toMatchObject({
      code: 'bad_request',
      message: 'the body is not valid UTF-8',
    });
  });

  it('takes a payload up to limits.message and no octet more', async () => {
    const publishing = new Publishing({ payload: 10 });
    expect((await publishing.post({ channel: 'a', payload: '12345678' })).status).toBe(200);
    await expect(publishing.post({ channel: 'a', payload: '1234567ä' })).rejects.toMatchObject({
      code: 'payload_too_large',
      status: 413,
      message: 'a payload of 11 octets is over limits.message (10)',
    });
  });

  it.each([false, true])(
    'takes a payload nested up to limits.depth and no level more (batch: %s)',
    async (batch) => {
      const publishing = new Publishing({ depth: 3 });
      const send = async (payload: string) => {
        const message = `{"channel":"a","payload":${payload}}`;
        const reply = await publishing.send(batch ? `{"messages":[${message}]}` : message);
        return batch ? (reply['results'] as Record<string, unknown>[])[0] : reply;
      };
      expect(await send('[[[1]]]')).toMatchObject({ id: 'p1' });
      const failure = await send('[[[[1]]]]').catch((error: unknown) => ({ error }));
      expect(failure).toMatchObject({
        error: { code: 'bad_request', message: expect.stringMatching(/^nested too deeply/) },
      });
    },
  );

  it.each(['no_such_route', 'forbidden', 'not_publishable', 'handler_failed'] as const)(
    'passes the refusal %s of the router on',
    async (code) => {
      const publishing = new Publishing();
      publishing.router.answer = () => {
        throw new RouterError(code, 'because');
      };
      await expect(publishing.post(ONE)).rejects.toMatchObject({ code, message: 'because' });
    },
  );
});

describe('what is published over HTTP', () => {
  it('keeps the payload byte for byte', async () => {
    const publishing = new Publishing();
    const payload =
      '{ "id": 12345678901234567890, "price": 1.10, "x": 1E400, "z": -0, "t": "\\u00e4\\/ä", "id": 1 }';
    await publishing.post(`{ "payload" :\n ${payload}\t, "channel": "a" }`);
    expect(publishing.router.payloads).toEqual([Buffer.from(payload).toString('latin1')]);
  });

  it('keeps any payload byte for byte, wherever it stands', async () => {
    const member = fc.constantFrom(
      '"channel":"a"',
      '"exclude":["s\\"]}"]',
      '"eligible":[ ]',
      '"idempotency_key":"k"',
    );
    const body = fc.record({
      value: fc.jsonValue(),
      indent: fc.constantFrom(undefined, 1, '\t', '\r\n'),
      before: fc.uniqueArray(member),
    });
    await fc.assert(
      fc.asyncProperty(body, async ({ value, indent, before }) => {
        const publishing = new Publishing({ payload: 1e6, body: 1e6 });
        const payload = JSON.stringify(value, null, indent);
        const rest = before.includes('"channel":"a"') ? [] : ['"route":"a"'];
        const text = `{ ${[...before, ` "payload": ${payload} `, ...rest].join(' ,')} }`;
        await publishing.post(text);
        expect(publishing.router.payloads).toEqual([Buffer.from(payload).toString('latin1')]);
      }),
      { numRuns: 500 },
    );
  });

  it('is never the cause of anything but a refusal, whatever the body', async () => {
    const good = [
      JSON.stringify({ ...ONE, exclude: ['a'], eligible: [], idempotency_key: 'k' }),
      JSON.stringify({ route: 'r', params: { a: 1, b: '2' }, payload: [[[]]] }),
      JSON.stringify({ messages: [ONE, { ...ONE, channel: 'b' }] }),
    ];
    const mutation = fc.record({ at: fc.nat(), cut: fc.nat(3), junk: fc.uint8Array({ maxLength: 3 }) });
    const mutated = fc
      .tuple(fc.constantFrom(...good), fc.array(mutation, { minLength: 1, maxLength: 4 }))
      .map(([text, mutations]) =>
        mutations.reduce((bytes, { at, cut, junk }) => {
          const start = at % (bytes.length + 1);
          return Buffer.concat([bytes.subarray(0, start), junk, bytes.subarray(start + cut)]);
        }, Buffer.from(text)),
      );
    const body = fc.oneof(mutated, fc.json().map(Buffer.from), fc.uint8Array().map(Buffer.from));
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const publishing = new Publishing();
        const error = await publishing.post(bytes as Buffer).catch((cause: unknown) => cause);
        expect(isRouterError(error) || (error as { status: number }).status === 200).toBe(true);
        expect(publishing.logged).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });
});
