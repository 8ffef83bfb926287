import type { Autobahn } from '../support/autobahn.js';
import type { RawWebSocket } from '../support/raw-websocket.js';
import type { ServerProcess } from '../support/server.js';

/** What has to hold for an attack to mean anything. */
export function premise(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the attack cannot be tried: expected that ${what}`);
}

/** The header of a request with a key or ticket. */
export function bearer(credential: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${credential}` };
}

/** Whether an event with this text has arrived, on whatever channel. */
export function heard(page: Autobahn, text: string): boolean {
  return page.of(8).some((event) => JSON.stringify(event).includes(text));
}

/** Why nothing came: the last refusal of the channel, or the end of the connection. */
export function verdict(page: Autobahn, channel: string): string {
  const end = closing(page.socket);
  if (end !== undefined) return end;
  if (page.hangup !== undefined) return 'dropped';
  const details = page.errors.filter(([, id]) => id === channel).at(-1)?.[4] as { error: string } | undefined;
  return details === undefined ? 'not delivered' : `refused: ${details.error}`;
}

/** The answer to a call. */
export async function call(page: Autobahn, procedure: string, ...args: unknown[]): Promise<string> {
  try {
    await page.call(procedure, ...args);
    return 'answered';
  } catch (error) {
    const [, , details] = error as [string, string, { error: string }];
    return `refused: ${details.error}`;
  }
}

/** The results of several attempts, each of them once. */
export function summary(results: readonly string[]): string {
  return [...new Set(results)].join(' / ');
}

/** The query of a handshake with a ticket. */
export function ticketQuery(ticket: string): string {
  return `?ticket=${encodeURIComponent(ticket)}`;
}

/** Where a peer connects. */
export function address(server: ServerProcess, query = ''): string {
  return server.webSocketUrl() + query;
}

/** Code and reason of a closing frame, without the name of the refusal. */
export function closing({ closeFrame }: RawWebSocket): string | undefined {
  if (closeFrame === undefined) return undefined;
  const reason = closeFrame.reason.replace(/ \(r-[0-9a-f]+\)$/, '').replace('bad credentials: ', '');
  return `closed: ${closeFrame.code}, ${reason}`;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
