import { expect } from 'vitest';
import { Autobahn } from './autobahn.js';
import type { ServerProcess } from './server.js';
import { eventually, until } from './until.js';

const WITNESS = 'demo/witness';
const MEGABYTE = 1024 * 1024;

/** What a server was before something was done to it, to compare with afterwards. */
export interface Health {
  readonly pid: number;
  readonly memory: number;
  readonly witness: Autobahn;
}

/** Connects somebody who has nothing to do with what follows, and must not notice it. */
export async function takeHealth(server: ServerProcess): Promise<Health> {
  const witness = await Autobahn.connect(server.webSocketUrl());
  witness.subscribe(WITNESS);
  await witness.settle();
  return { pid: server.pid, memory: await server.metric('process_resident_memory_bytes'), witness };
}

/**
 * The same process still serves the same witness and newcomers, has forgotten everybody else, uses no more than
 * `growth` megabytes more, has logged no failure, and decides as before: nothing has leaked into its prototypes.
 */
export async function expectHealth(server: ServerProcess, before: Health, growth = 96): Promise<void> {
  expect(server.running).toBe(true);
  expect(server.pid).toBe(before.pid);
  await eventually(async () => expect(await server.metric('signalbox_sessions')).toBe(1));
  expect(await server.metric('signalbox_topics')).toBe(1);
  await expectDelivery(server, before.witness);
  await expectJudgement(server);
  expect(failures(server)).toEqual([]);
  const memory = await server.metric('process_resident_memory_bytes');
  expect((memory - before.memory) / MEGABYTE).toBeLessThan(growth);
}

async function expectDelivery(server: ServerProcess, witness: Autobahn): Promise<void> {
  const mark = `after ${witness.events(WITNESS).length}`;
  expect((await server.publish(WITNESS, mark)).status).toBe(200);
  await until(() => witness.events(WITNESS).includes(mark));
  expect(witness.hangup).toBeUndefined();
}

/** A member that Object.prototype had would show as a channel, a key, a role or a detail of an error. */
async function expectJudgement(server: ServerProcess): Promise<void> {
  const stranger = await Autobahn.connect(server.webSocketUrl());
  stranger.subscribe('oro/email_event/5/7');
  await until(() => stranger.errors.length > 0);
  const [, , , , details] = stranger.errors[0] as [number, string, string, string, object];
  expect(Object.keys(details).sort()).toEqual(['channel', 'code', 'error', 'event', 'hint', 'request']);
  stranger.socket.destroy();
  const answer = await fetch(`${server.url}/api/publish`, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(401);
  const { error } = (await answer.json()) as { error: object };
  expect(Object.keys(error).sort()).toEqual(['code', 'hint', 'message', 'request']);
  expect(await (await server.publish('', null)).json()).toHaveProperty('error');
}

/** Lines of the log that say that something went wrong inside. */
function failures(server: ServerProcess): string[] {
  return server.stderr
    .split('\n')
    .filter((line) => /"level":[56]0|uncaught|unhandled|(?:Type|Range|Reference)Error/i.test(line));
}
