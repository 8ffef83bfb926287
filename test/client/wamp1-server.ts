import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { type Message, Peer, ScriptedServer, type TestRefusal } from './scripted-server.js';

const [WELCOME, CALL, RESULT, ERROR, SUBSCRIBE, UNSUBSCRIBE, PUBLISH, EVENT] = [0, 2, 3, 4, 5, 6, 7, 8];

class Wamp1Peer extends Peer {
  readonly id: string;

  constructor(socket: WebSocket, request: IncomingMessage, id: string) {
    super(socket, request);
    this.id = id;
  }

  tell(channel: string, payload: unknown): void {
    this.send(EVENT, channel, payload);
  }
}

/** Speaks WAMP v1. */
export class Wamp1Server extends ScriptedServer<Wamp1Peer> {
  constructor() {
    super('wamp');
  }

  protected accept(socket: WebSocket, request: IncomingMessage): Wamp1Peer {
    const peer = new Wamp1Peer(socket, request, `session-${this.peers.length + 1}`);
    if (this.welcomes) peer.send(WELCOME, peer.id, 1, 'test');
    return peer;
  }

  protected receive(peer: Wamp1Peer, message: Message): void {
    const [type, first, second, ...rest] = message as [number, string, unknown, ...unknown[]];
    if (type === SUBSCRIBE) this.#subscribe(peer, first);
    if (type === UNSUBSCRIBE) this.#unsubscribe(peer, first);
    if (type === PUBLISH) this.#publish(peer, first, second);
    if (type === CALL) this.#call(peer, first, String(second), rest);
  }

  #subscribe(peer: Wamp1Peer, channel: string): void {
    peer.said.push(['subscribe', channel]);
    if (!this.#refuses(peer, channel, 'onSubscribe')) peer.channels.add(channel);
  }

  #unsubscribe(peer: Wamp1Peer, channel: string): void {
    peer.said.push(['unsubscribe', channel]);
    peer.channels.delete(channel);
  }

  #publish(peer: Wamp1Peer, channel: string, payload: unknown): void {
    peer.said.push(['publish', channel, payload]);
    if (!this.#refuses(peer, channel, 'onPublish')) this.broadcast(channel, payload);
  }

  #call(peer: Wamp1Peer, callId: string, procedure: string, args: unknown[]): void {
    peer.said.push(['call', procedure, ...args]);
    const result = (value: unknown) => peer.send(RESULT, callId, value);
    const refuse = ({ code: error, status: code, message, ...details }: TestRefusal) =>
      peer.send(ERROR, callId, procedure, message, { code, error, ...details });
    this.answer({ peer, procedure, args, result, refuse });
  }

  #refuses(peer: Wamp1Peer, channel: string, event: string): boolean {
    if (!this.forbidden.has(channel)) return false;
    const details = { code: 403, error: 'forbidden', event, channel, hint: 'ask for access', request: 'r-7' };
    peer.send(ERROR, channel, channel, `not for you: ${channel}`, details);
    return true;
  }
}
