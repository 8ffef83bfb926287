import { RouterError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { Payload } from '../../core/payload.js';
import { requirePosition, writePosition } from '../../core/position.js';
import type { Start } from '../../core/router.js';
import type { CallReply } from '../../core/rpc.js';
import type { Session } from '../../core/session.js';
import type { XmlSocketContext } from './context.js';
import { XmlSubscription } from './subscription.js';
import { escapeXml, writeElement } from './write-xml.js';
import type { XmlElement } from './xml-element.js';

export interface ChatParts {
  readonly session: Session;
  readonly context: XmlSocketContext;
  send(xml: string): void;
  /** Tells the peer what it may not do, or may not do any more. */
  refuse(error: unknown, room?: string): void;
}

/** What one peer who has logged in does in the chat. Who it is says its session, and never a message. */
export class Chat {
  readonly #parts: ChatParts;
  readonly #rooms = new Map<string, XmlSubscription>();

  constructor(parts: ChatParts) {
    this.#parts = parts;
  }

  /** Tells the peer its rooms, and lets it hear what is for it alone; it can go on without either. */
  async begin(): Promise<void> {
    const { refuse } = this.#parts;
    await this.#listRooms().catch((error) => refuse(error));
    await this.#hearOwn().catch((error) => refuse(error));
  }

  /** Does what a message asks for; what is not known is passed over. Throws `RouterError`. */
  handle(element: XmlElement): MaybePromise<void> {
    switch (element.name) {
      case 'room':
        return this.#enter(roomOf(element), element.attributes['since']);
      case 'leave':
        return this.#leave(roomOf(element));
      case 'rooms':
        return this.#listRooms();
      case 'msg':
        return this.#say(element);
      case 'ping':
        return this.#parts.send('<pong/>');
    }
  }

  async #hearOwn(): Promise<void> {
    const { router, names } = this.#parts.context;
    const { kind, id } = this.#parts.session.principal;
    if (kind !== 'user' || id === undefined) return;
    await router.subscribe(this.#subscription(router.channel(names.user, { user_id: id }), {}));
  }

  /** It counts as being in the room from before the list of its members. */
  async #enter(room: string, since: string | undefined): Promise<void> {
    if (this.#rooms.has(room)) return;
    const { router, names } = this.#parts.context;
    try {
      const subscription = this.#subscription(router.channel(names.room, { room }), { room, since });
      this.#rooms.set(room, subscription);
      await router.subscribe(subscription);
    } catch (error) {
      this.#rooms.delete(room);
      this.#parts.refuse(error, room);
    }
  }

  #leave(room: string): MaybePromise<void> {
    const subscription = this.#rooms.get(room);
    this.#rooms.delete(room);
    return subscription && this.#parts.context.router.unsubscribe(subscription);
  }

  /** Throws `bad_request` for a position that is none; an empty one asks for positions alone. */
  #subscription(
    channel: string,
    { room, since }: { readonly room?: string; readonly since?: string | undefined },
  ): XmlSubscription {
    return new XmlSubscription({
      session: this.#parts.session,
      channel,
      room,
      tellsPositions: since !== undefined,
      since: since ? requirePosition(since) : undefined,
      joined: (joined, start) => this.#joined(joined, start),
      namesRooms: () => this.#rooms.size > 1,
      ended: (ended, why) => this.#ended(ended, why),
    });
  }

  /** Who asked for positions is told where it begins. */
  #joined({ room, tellsPositions }: XmlSubscription, { position, recovered }: Start): void {
    if (!tellsPositions) return;
    const start = {
      position: position && writePosition(position),
      recovered: recovered === undefined ? undefined : String(recovered),
    };
    this.#parts.send(writeElement('room', { id: room, ...start }));
  }

  #ended({ room }: XmlSubscription, why: RouterError): void {
    if (room !== undefined) this.#rooms.delete(room);
    this.#parts.refuse(why, room);
  }

  async #say({ attributes, text }: XmlElement): Promise<void> {
    const { session, context } = this.#parts;
    const payload = Payload.of({ text });
    await context.router.publish(session, this.#channelOf(attributes), {
      payload,
      exclude: [],
      eligible: [],
    });
  }

  #channelOf({ to_id: receiver, room_id: room = this.#onlyRoom }: XmlElement['attributes']): string {
    const { router, names } = this.#parts.context;
    if (receiver !== undefined) return router.channel(names.user, { user_id: receiver });
    if (room !== undefined) return router.channel(names.room, { room });
    throw new RouterError('bad_request', 'a msg says neither its room_id nor a to_id', {
      hint: 'a peer in one room alone may leave room_id out',
    });
  }

  get #onlyRoom(): string | undefined {
    const [room] = this.#rooms.keys();
    return this.#rooms.size === 1 ? room : undefined;
  }

  #listRooms(): Promise<void> {
    const { session, context, send } = this.#parts;
    const { names, procedures } = context;
    const payload = Payload.ofArguments({ list: [] });
    return new Promise((resolve, reject) => {
      const reply = (answer: CallReply) => {
        if (answer.type === 'progress') return;
        if (answer.type === 'result') {
          send(writeRooms(answer.payload.value));
          resolve();
        } else {
          const failed = () => new RouterError('handler_failed', 'the list of rooms cannot be had');
          reject(answer.type === 'refused' ? answer.error : failed());
        }
      };
      procedures.call({ session, procedure: names.rooms, payload, reply });
    });
  }
}

function roomOf({ attributes: { id, room_id: room = id } }: XmlElement): string {
  if (room !== undefined) return room;
  throw new RouterError('bad_request', 'the id of the room is missing', { hint: 'write <room id="1"/>' });
}

function writeRooms(list: unknown): string {
  const rooms = Array.isArray(list) ? (list as readonly { id?: unknown; name?: unknown }[]) : [];
  const each = rooms.map(({ id, name }) =>
    writeElement('room', { id: String(id) }, escapeXml(String(name ?? id))),
  );
  return writeElement('rooms', {}, each.join(''));
}
