import type { Finding, Settings } from '../config/index.js';
import type { Route } from '../core/route.js';
import { type ChatNames, policyFile } from '../protocols/xmlsocket/index.js';
import { RouteTable } from '../router/index.js';

export function speaksXmlSocket({ listen }: Pick<Settings, 'listen'>): boolean {
  return listen.xmlsocket || listen.xmlsocketPort !== undefined;
}

export function chatNames({ xmlsocket }: Pick<Settings, 'xmlsocket'>): ChatNames {
  const { room = 'chat.room', rooms = 'chat/rooms', user = 'chat.user' } = xmlsocket;
  return { room, rooms, user };
}

/** Names the ports of XMLSocket unless others are given; one that the system picks is not known yet, and not granted. */
export function socketPolicy({ listen, xmlsocket }: Pick<Settings, 'listen' | 'xmlsocket'>): string {
  const own = [listen.xmlsocketPort, listen.xmlsocket ? listen.port : undefined];
  const known = own.filter((port) => port !== undefined && port > 0).map(String);
  const ports = xmlsocket.policyPorts.length > 0 ? xmlsocket.policyPorts : known;
  return policyFile({ domains: ports.length > 0 ? xmlsocket.policyDomains : [], ports });
}

/** A chat that is spoken has to be there. */
export function checkXmlSocket(
  settings: Pick<Settings, 'listen' | 'xmlsocket'>,
  { routes, file }: { readonly routes: readonly Route[]; readonly file: string },
): readonly Finding[] {
  if (!speaksXmlSocket(settings)) return [];
  const names = chatNames(settings);
  const findings: Finding[] = [];
  for (const key of ['room', 'user'] as const) {
    if (routes.some(({ name }) => name === names[key])) continue;
    findings.push(missing(file, `xmlsocket.${key} names route ${names[key]}, which there is not`));
  }
  const table = new RouteTable(routes);
  if (!table.explain(names.rooms).some(({ matched }) => matched))
    findings.push(missing(file, `xmlsocket.rooms names procedure ${names.rooms}, which no route serves`));
  return findings;
}

function missing(file: string, message: string): Finding {
  const hint = 'write routes for the chat, as routing/chat.yml does, or take the ports of XMLSocket out';
  return {
    severity: 'error',
    code: 'bad-setting',
    message,
    hint,
    file,
    line: 1,
    column: 1,
    endColumn: 1,
    frame: '',
  };
}
