import type { SyncOptions } from './options.js';

/** As much of a script element as is read. */
export interface ScriptElement {
  readonly src?: string;
  readonly dataset?: Readonly<Record<string, string | undefined>>;
  getAttribute?(name: string): string | null;
}

/** `/ws` of the host that the script came from, or else of the page; undefined where there is neither. */
export function urlBeside(scriptUrl: string | undefined): string | undefined {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  const web = [scriptUrl, page].find((url) => url && /^https?:/.test(url));
  return web && new URL('/ws', web).href.replace('http', 'ws');
}

/**
 * The options that a script tag gives: `data-url`, `data-protocol`, `data-realm`, `data-ticket`, `data-ticket-url`,
 * `data-auto-connect="false"`.
 */
export function optionsOf(script: ScriptElement | undefined): SyncOptions {
  const { url, protocol, realm, ticket, ticketUrl, autoConnect } = script?.dataset ?? {};
  return {
    url: url ?? urlBeside(script?.src),
    protocol: protocol as SyncOptions['protocol'],
    realm,
    ticket,
    ticketUrl,
    autoConnect: autoConnect !== 'false',
  };
}
