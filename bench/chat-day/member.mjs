import { once } from 'node:events';
import { connect } from 'node:net';

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Somebody in the room by XMLSocket, who counts what was said and the octets both ways. */
export class Member {
  #socket;
  #rest = '';
  #arrived = () => undefined;
  /** Messages by how they begin. */
  heard = { login: 0, rooms: 0, users: 0, said: 0, news: 0, error: 0 };

  static async enter(port, id) {
    const member = new Member();
    member.#socket = connect({ host: '127.0.0.1', port, noDelay: true }).setEncoding('utf8');
    await once(member.#socket, 'connect');
    member.#socket.on('data', (text) => member.#take(text));
    member.#send(`<login u="${id}" p="${passwordOf(id)}"/>`);
    member.#send('<room id="1"/>');
    await member.until(({ users }) => users === 1);
    return member;
  }

  say(text) {
    this.#send(`<msg room_id="1">${text.replace(/[&<>]/g, (special) => ESCAPES[special])}</msg>`);
  }

  /** Resolves when what was heard is as wanted. */
  async until(holds) {
    while (!holds(this.heard)) {
      await new Promise((resolve, reject) => {
        this.#arrived = () =>
          this.heard.error > 0 ? reject(new Error(`refused: ${this.refusal}`)) : resolve();
      });
    }
  }

  /** Octets of TCP both ways, without the headers of its packets. */
  async leave() {
    this.#socket.end();
    await once(this.#socket, 'close');
    return { sent: this.#socket.bytesWritten, received: this.#socket.bytesRead };
  }

  #send(message) {
    this.#socket.write(`${message}\0`);
  }

  #take(text) {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop();
    for (const message of messages) this.#count(message);
    this.#arrived();
  }

  #count(message) {
    const [, name] = /^<(\w+)/.exec(message);
    if (name === 'error') this.refusal = message;
    if (name !== 'msg') this.heard[name]++;
    else if (message.startsWith('<msg from_id="0">')) this.heard.news++;
    else this.heard.said++;
  }
}

export function passwordOf(id) {
  return `the password of ${id}`;
}
