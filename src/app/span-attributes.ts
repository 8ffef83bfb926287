import type { Route } from '../core/route.js';
import type { Session } from '../core/session.js';
import type { Traceable, TracedOperation } from '../core/tracer.js';

/** Attributes of a span: names and numbers of which there are few. */
export type SpanNames = Readonly<Record<string, string | number>>;

/** What each kind of span is, in the words of OpenTelemetry. [OpenTelemetry §Messaging attributes, §RPC attributes] */
export const MESSAGING = {
  publish: messaging('send', 'publish'),
  subscribe: messaging('receive', 'subscribe'),
  broker: messaging('send', 'broker'),
  deliver: messaging('process', 'deliver'),
  replay: messaging('process', 'replay'),
} as const;

/** What a span says of what a peer asks for, before it is known what that comes to. */
export function attributesOf(
  operation: TracedOperation,
  { protocol, principal }: Session,
  { payload, match }: Traceable,
): SpanNames {
  const who = { 'signalbox.protocol': protocol, 'signalbox.principal.kind': principal.kind };
  if (operation === 'call') return { 'rpc.system': 'signalbox', ...who };
  const size = payload !== undefined && { 'messaging.message.body.size': payload.size };
  return { ...MESSAGING[operation], ...size, ...(match && { 'signalbox.match': match }), ...who };
}

/** The pattern, of which there are few, in place of the channel. */
export function namesOf({ name, pattern }: Pick<Route, 'name' | 'pattern'>): SpanNames {
  return {
    'messaging.destination.name': pattern,
    'messaging.destination.template': pattern,
    'signalbox.route': name,
  };
}

function messaging(type: 'send' | 'receive' | 'process', name: string): SpanNames {
  return {
    'messaging.system': 'signalbox',
    'messaging.operation.type': type,
    'messaging.operation.name': name,
  };
}
