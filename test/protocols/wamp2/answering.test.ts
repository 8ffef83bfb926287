import { describe, expect, it } from 'vitest';
import { RouterError } from '../../../src/core/errors.js';
import { Payload } from '../../../src/core/payload.js';
import type { Invocation } from '../../../src/core/rpc.js';
import { Session } from '../../../src/core/session.js';
import { Answering } from '../../../src/protocols/wamp2/answering.js';
import type { Serializer } from '../../../src/protocols/wamp2/serializer.js';
import { createSerializers } from '../../../src/protocols/wamp2/serializers.js';
import { Wire } from '../../../src/protocols/wamp2/wire.js';
import { FakeConnection, TestServer, testUser } from '../../../src/testing.js';

const features = { canceling: true, progressiveInvocations: true, passthru: true };
const json = createSerializers({ depth: 16 }).get('wamp.2.json') as Serializer;

function callee(serializer: Serializer = json) {
  const connection = new FakeConnection();
  const { procedures } = new TestServer({ routes: [], handlers: {} });
  const principal = testUser('5');
  const session = new Session({ id: '1', protocol: 'wamp2', principal, connection, end: () => undefined });
  const wire = new Wire(connection, serializer);
  const parts = { session, procedures, wire, strictUris: false, features, canBeRevoked: true };
  return { connection, answering: new Answering(parts) };
}

function invocation(): Invocation {
  const registration = {
    id: 3,
    procedure: 'a',
    match: 'exact',
    invoke: 'single',
    created: 0,
    callees: [],
  } as const;
  return {
    number: 0,
    registration,
    procedure: undefined,
    payload: Payload.ofArguments({ list: [1] }),
    wantsProgress: false,
    continues: false,
    timeout: undefined,
    caller: undefined,
    progress: () => undefined,
    result: () => undefined,
    fail: () => undefined,
  };
}

describe('a callee', () => {
  it('hears nothing more of an invocation that is over', () => {
    const { connection, answering } = callee();
    const one = invocation();
    answering.invoke(one);
    answering.interrupt(one, 'killnowait', 'why');
    answering.ended(one);
    answering.interrupt(one, 'kill', 'why');
    answering.more(one, Payload.ofArguments({ list: [2] }), false);
    expect(connection.texts).toEqual(['[68,1,3,{},[1]]', '[69,1,{"mode":"killnowait","reason":"why"}]']);
  });

  it('hears nothing at all of an invocation that cannot be written', () => {
    let refuses = true;
    const encode: Serializer['encode'] = (head, payload) => {
      if (refuses) throw new RouterError('bad_request', 'cannot be written');
      return json.encode(head, payload);
    };
    const { connection, answering } = callee({ ...json, binary: false, decode: () => [], encode });
    const [one, two] = [invocation(), invocation()];
    expect(() => answering.invoke(one)).toThrow('cannot be written');
    refuses = false;
    answering.interrupt(one, 'killnowait', 'why');
    answering.invoke(two);
    expect(connection.texts).toEqual(['[68,1,3,{},[1]]']);
  });
});
