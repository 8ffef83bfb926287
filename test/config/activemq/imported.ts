import { expect } from 'vitest';
import {
  type ActiveMqImport,
  formatFindings,
  importActiveMq,
  loadRouting,
} from '../../../src/config/index.js';
import type { Principal } from '../../../src/core/session.js';
import { TestServer } from '../../../src/testing.js';
import { BroadcastTopic } from '../../../topics/broadcast.js';
import { DEFAULT_ACCESS, folderOf } from '../harness.js';

/** What the importer makes of a file. */
export async function importText(
  xml: string | Buffer,
  roles: Readonly<Record<string, readonly string[]>> = {},
): Promise<ActiveMqImport> {
  const folder = await folderOf({ 'activemq.xml': xml });
  return importActiveMq(`${folder}/activemq.xml`, new Map(Object.entries(roles)));
}

/** These entries in the elements around them. */
export function mapOf(entries: string): string {
  return `<authorizationPlugin><map><authorizationMap><authorizationEntries>
${entries}
</authorizationEntries></authorizationMap></map></authorizationPlugin>`;
}

/** A server with the imported routes, loaded as from any routing file, of which nothing may be reported. */
export async function serverOf({ text, findings }: ActiveMqImport): Promise<TestServer> {
  expect(formatFindings(findings)).toBe('');
  const folder = await folderOf({ 'routes.yml': text });
  const routing = await loadRouting({
    sources: [folder],
    defaultAccess: DEFAULT_ACCESS,
    handlers: new Set(['broadcast']),
    strict: true,
  });
  expect(formatFindings(routing.findings)).toBe('');
  return new TestServer({ routes: routing.routes, handlers: { broadcast: new BroadcastTopic() } });
}

export type Operation = 'subscribe' | 'publish';

/** Whether a peer may; anything but yes and no is a failure. */
export async function may(
  server: TestServer,
  principal: Principal,
  [operation, channel]: readonly [Operation, string],
): Promise<boolean> {
  const peer = server.connect(principal);
  try {
    await (operation === 'subscribe' ? peer.subscribe(channel) : peer.publish(channel, 'hello'));
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'forbidden' || code === 'no_such_route') return false;
    throw error;
  } finally {
    await peer.leave();
  }
}
