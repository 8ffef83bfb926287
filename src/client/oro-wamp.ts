import type { SyncOptions } from './options.js';
import { Sync } from './sync.js';

/** The options of `orosync/js/sync/wamp` that still mean something. */
export interface OroWampOptions {
  readonly host: string;
  readonly port?: number | string;
  readonly path?: string;
  readonly secure?: boolean;
  /** Where a POST gives a ticket; sent with the CSRF header that OroPlatform asks for. */
  readonly syncTicketUrl?: string;
  /** `wamp`, which the servers of OroPlatform speak, unless the page says otherwise. */
  readonly protocol?: SyncOptions['protocol'];
}

/** The service that OroPlatform's pages install: `sync(new Wamp({...}))`. Connects at once. */
export class OroWamp extends Sync {
  constructor(options: OroWampOptions) {
    const { host, port = 80, path = '', secure = false, syncTicketUrl, protocol = 'wamp' } = options;
    if (!host) throw new TypeError('host option is required');
    const url = `${secure ? 'wss' : 'ws'}://${host}:${port}/${path.replace(/^\/+|\/+$/g, '')}`;
    super({ url, protocol, ticketUrl: syncTicketUrl, headers: csrfHeaders });
    this.connect();
  }
}

function csrfHeaders(): Record<string, string> {
  const { document, location } = globalThis as {
    document?: { cookie: string };
    location?: { protocol: string };
  };
  const name = location?.protocol === 'https:' ? 'https-_csrf' : '_csrf';
  const cookies = (document?.cookie ?? '').split('; ').map((cookie) => cookie.split('='));
  const token = cookies.find(([key]) => key === name)?.[1];
  return {
    'x-requested-with': 'XMLHttpRequest',
    ...(token && { 'x-csrf-header': decodeURIComponent(token) }),
  };
}
