import { RouterError } from '../../../core/errors.js';
import { Frame } from '../../../core/frame.js';
import type { HttpRequest } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import { type Position, requirePosition, writePosition } from '../../../core/position.js';
import type { Publication } from '../../../core/publication.js';
import type { Redaction } from '../../../core/redaction.js';
import type { Router, Start, Subscriber } from '../../../core/router.js';
import type { Session } from '../../../core/session.js';
import { Query } from '../query.js';
import type { ActionLog } from './action-log.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { type EventStream, writeEvent } from './event-stream.js';
import { consoleSession } from './operator-session.js';
import type { OperatorStreams } from './operator-streams.js';
import { readAs } from './read-as.js';
import { requireChannel } from './reading-endpoints.js';
import { publicationView } from './views.js';

export interface ConsoleParts {
  readonly inspection: NodeInspection;
  readonly redaction: Redaction;
  readonly streams: OperatorStreams;
  readonly log: ActionLog;
  /** Of the main realm without a name. Throws `bad_request` for one that is not there. */
  router(realm: string | undefined): Router;
}

/**
 * `GET /admin/api/console?channel=&as=&since=`: a subscription of somebody, who is refused what access refuses: events `joined`,
 * `publication`, `ended`, `refused`. On a queue it would take messages from others, and is refused.
 */
export function consoleEndpoint(gate: AdminGate, parts: ConsoleParts): AdminEndpoint {
  const address = { method: 'GET', name: 'console', changes: true, holds: true } as const;
  return new AdminEndpoint(gate, address, (request) => openConsole(request, parts));
}

function openConsole({ url, remoteAddress }: HttpRequest, parts: ConsoleParts) {
  const query = new Query(url);
  const realm = query.text('realm');
  const router = parts.router(realm);
  const channel = router.resolve(requireChannel(query));
  const principal = readAs(query.text('as') ?? 'anonymous');
  const since = query.text('since');
  const from = since === undefined ? undefined : requirePosition(since);
  if (parts.inspection.realm(realm).routeOf(channel).queue !== undefined) {
    throw new RouterError('bad_request', 'a subscription to a queue would take messages from its consumers', {
      hint: 'look at the figures of its route',
    });
  }
  return parts.streams.reply((stream) => {
    parts.log.write('console', { channel, principal, remoteAddress });
    const session = consoleSession(principal, remoteAddress, stream);
    void subscribe(router, new ConsoleSubscription({ session, channel, since: from, stream, ...parts }));
  });
}

async function subscribe(router: Router, subscription: ConsoleSubscription): Promise<void> {
  const { session, stream } = subscription;
  try {
    router.open(session);
    stream.whenEnded(() => void router.leave(session));
    await router.subscribe(subscription);
  } catch (error) {
    subscription.refused(RouterError.from(error));
  }
}

class ConsoleSubscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly since: Position | undefined;
  readonly wireKey = 'admin';
  readonly stream: EventStream;
  readonly #redaction: Redaction;

  constructor(parts: {
    readonly session: Session;
    readonly channel: string;
    readonly since: Position | undefined;
    readonly stream: EventStream;
    readonly redaction: Redaction;
  }) {
    this.session = parts.session;
    this.channel = parts.channel;
    this.since = parts.since;
    this.stream = parts.stream;
    this.#redaction = parts.redaction;
  }

  joined(_group: unknown, { position, recovered }: Start): void {
    this.stream.send('joined', { position: position && writePosition(position), recovered });
  }

  encode(publication: Publication): Frame {
    return Frame.text(writeEvent('publication', publicationView(publication, this.#redaction)));
  }

  ended({ code, message: reason }: RouterError): void {
    this.#end('ended', { code, reason });
  }

  refused({ code, message, hint, request }: RouterError): void {
    this.#end('refused', { code, reason: message, hint, request });
  }

  #end(event: string, value: unknown): void {
    this.stream.send(event, value);
    this.stream.end();
  }
}
