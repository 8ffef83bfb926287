import { credentialSource, newCredential } from './credential.js';
import type { SyncOptions } from './options.js';
import { pageUrl } from './page-url.js';
import { SyncError } from './sync-error.js';

/** The URL of the next attempt, with a new ticket or token. Throws a `SyncError`: `no_url`, `bad_url` or `ticket_failed`. */
export async function address(options: SyncOptions): Promise<string> {
  const url = socketUrl(options.url);
  const source = credentialSource(options);
  const secret = source && (await newCredential(source));
  if (secret !== undefined) url.searchParams.set(source?.name as string, secret);
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
