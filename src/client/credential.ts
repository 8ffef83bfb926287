import type { MaybePromise, SyncOptions } from './options.js';
import { pageUrl } from './page-url.js';
import { SyncError } from './sync-error.js';

/** Where a credential comes from, and the name that it has in the address. */
export interface CredentialSource {
  readonly name: 'ticket' | 'token';
  /** One for all attempts, or what gets a new one. */
  readonly give: string | (() => MaybePromise<string | undefined>);
}

/** The first of `ticket`, `ticketUrl` and `token`; undefined for a client that connects as nobody. */
export function credentialSource(options: SyncOptions): CredentialSource | undefined {
  const { ticket, ticketUrl, token, headers } = options;
  if (ticket !== undefined) return { name: 'ticket', give: ticket };
  if (ticketUrl !== undefined) return { name: 'ticket', give: () => requestTicket(ticketUrl, headers) };
  return token === undefined ? undefined : { name: 'token', give: token };
}

/** A credential for one use; undefined if the function gives none. Throws the `SyncError` `ticket_failed`. */
export async function newCredential({ name, give }: CredentialSource): Promise<string | undefined> {
  try {
    return typeof give === 'function' ? await give() : give;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SyncError('ticket_failed', `no ${name}: ${message}`, { cause });
  }
}

async function requestTicket(ticketUrl: string, headers: SyncOptions['headers']): Promise<string> {
  const given = typeof headers === 'function' ? await headers() : headers;
  const response = await fetch(new URL(ticketUrl, pageUrl()), {
    method: 'POST',
    headers: { accept: 'application/json', ...given },
  });
  if (!response.ok) throw new Error(`${ticketUrl} answered ${response.status}`);
  const { ticket } = (await response.json()) as { ticket?: unknown };
  if (typeof ticket !== 'string') throw new Error(`${ticketUrl} answered without a ticket`);
  return ticket;
}
