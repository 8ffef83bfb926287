/** One conversation: a room, or what is said in private between us and one other. */
import { button, make } from '../page/dom.js';
import { sync } from '../sync.mjs';
import { readLog } from './history.js';
import { Lines } from './lines.js';

export class Talk {
  lines = new Lines();
  members = new Map();
  /** How many are there, of whom the list may be a part. */
  total = 0;
  unread = 0;
  entered = false;
  refusal;
  /** The key of the oldest line of the log that has been read; undefined before, `null` when there is no older one. */
  oldest;
  entry;
  #receive = (said) => this.#heard(said);

  /** `kind` is `room` or `user`, `changed` hears of everything that has to be shown. */
  constructor({ kind, id, name, channel, changed, chosen }) {
    Object.assign(this, { kind, id, name, channel, changed });
    this.button = button(name, () => chosen(this), { class: 'open' });
    this.badge = make('span', { class: 'badge' });
    this.entry = make('li', {}, this.button);
  }

  get isRoom() {
    return this.kind === 'room';
  }

  /** Enters a room; entered already, asks again if it was refused. */
  enter() {
    this.entered = true;
    this.refusal = undefined;
    if (this.isRoom) sync.subscribe(this.channel, this.#receive);
    this.changed(this);
  }

  leave() {
    this.entered = false;
    this.members.clear();
    if (this.isRoom) sync.unsubscribe(this.channel, this.#receive);
    this.changed(this);
  }

  say(text) {
    sync.publish(this.channel, { text });
  }

  /** What was said before, from the log: the newest, or what is older than all that has been read. */
  async readBefore() {
    const { messages, next } = await readLog({ channel: this.channel, before: this.oldest });
    for (const { payload } of messages) this.lines.add(payload);
    this.oldest = next ?? null;
    this.changed(this);
  }

  hear(said) {
    if (!this.lines.add(said)) return;
    if (said.type !== 'enter' && said.type !== 'leave') this.unread++;
    this.changed(this, said);
  }

  #heard(said) {
    if (said?.type === 'members') this.#list(said);
    else if (typeof said?.type === 'string') this.#take(said);
  }

  #list({ members, total = members.length }) {
    this.members = new Map(members.map((member) => [member.id, member]));
    this.total = total;
    this.changed(this);
  }

  #take(said) {
    if (said.type === 'enter' && !this.members.has(said.user.id)) this.total++;
    if (said.type === 'enter') this.members.set(said.user.id, said.user);
    if (said.type === 'leave' && this.members.delete(said.user.id)) this.total--;
    this.hear(said);
  }
}
