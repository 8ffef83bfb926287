import type { SyncOptions } from './options.js';
import { SyncError } from './sync-error.js';

/** The URL of the next attempt, with a new ticket. Throws a `SyncError`: `no_url`, `bad_url` or `ticket_failed`. */
export async function address(options: SyncOptions): Promise<string> {
  const url = socketUrl(options.url);
  const ticket = await newTicket(options);
  if (ticket !== undefined) url.searchParams.set('ticket', ticket);
  return url.href;
}

function socketUrl(text: string | undefined): URL {
  if (!text) {
    throw new SyncError('no_url', 'no url to connect to', { hint: 'call sync.configure({ url })' });
  }
  try {
    const url = new URL(text, pageUrl());
    url.protocol = url.protocol.replace('http', 'ws');
    return url;
  } catch (cause) {
    throw new SyncError('bad_url', `not a url: ${text}`, { cause, hint: 'give a url like wss://host/ws' });
  }
}

async function newTicket({ ticket, ticketUrl, headers }: SyncOptions): Promise<string | undefined> {
  if (ticket === undefined && ticketUrl === undefined) return undefined;
  try {
    if (typeof ticket === 'function') return await ticket();
    return ticket ?? (await requestTicket(ticketUrl as string, headers));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SyncError('ticket_failed', `no ticket: ${message}`, { cause });
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

function pageUrl(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href;
}
