import type { SourceFile } from '../source-file.js';
import type { GosNote, GosSettings } from './installation.js';
import { placeOf } from './installation-files.js';
import type { Parameters } from './parameters.js';

export interface OroAddresses {
  readonly settings: GosSettings;
  readonly notes: readonly GosNote[];
}

const VARIABLE = /^(?:export\s+)?ORO_WEBSOCKET_(SERVER|FRONTEND|BACKEND)_DSN=(.*)$/gm;

/** Addresses of Oro's server: the variables of 5.1 and later in files such as `.env`, else the parameters before. */
export function readOroAddresses(files: readonly SourceFile[], parameters: Parameters): OroAddresses {
  const settings: { host?: string; port?: number; paths?: readonly string[] } = {};
  const notes: GosNote[] = [];
  for (const source of files) {
    for (const found of source.text.matchAll(VARIABLE)) {
      const [whole, which = '', written = ''] = found;
      const at = placeOf(source, { range: [found.index, found.index + whole.length] });
      const dsn = written.trim().replaceAll(/^["']|["']$/g, '');
      const address = addressOf(dsn);
      if (address === undefined) {
        notes.push({
          kind: 'todo',
          at,
          text: `ORO_WEBSOCKET_${which}_DSN could not be read: set listen by hand`,
        });
      } else if (which === 'SERVER') {
        Object.assign(settings, { host: address.host, port: address.port });
        notes.push({
          kind: 'taken',
          at,
          text: `the address of ORO_WEBSOCKET_SERVER_DSN is listen.host and listen.port`,
        });
      } else if (which === 'FRONTEND') {
        settings.paths = [...new Set(['/', '/ws', address.path])];
        notes.push({ kind: 'todo', at, text: `let the proxy of ${dsn} lead to this server` });
      } else {
        notes.push({
          kind: 'todo',
          at,
          text: 'point ORO_WEBSOCKET_BACKEND_DSN at this server, or publish over HTTP',
        });
      }
    }
  }
  return { settings: { ...oldAddress(parameters), ...settings }, notes };
}

function oldAddress(parameters: Parameters): GosSettings {
  const host = parameters.get('websocket_bind_address') ?? parameters.get('websocket_host');
  const port = Number(parameters.get('websocket_bind_port') ?? parameters.get('websocket_port'));
  return {
    ...(host !== undefined && host !== '*' && { host }),
    ...(Number.isInteger(port) && port > 0 && { port }),
  };
}

function addressOf(dsn: string): { host: string; port: number; path: string } | undefined {
  const found = /^(?:\w+:)?\/\/(\*|\[[^\]]*\]|[^/:?]*)(?::(\d+))?(\/[^?]*)?(?:\?.*)?$/.exec(dsn);
  if (found === null) return undefined;
  const [, host = '', port = '8080', path = '/'] = found;
  return {
    host: host === '*' || host === '' ? '0.0.0.0' : host,
    port: Number(port),
    path: path.replace(/(?<=.)\/$/, ''),
  };
}
