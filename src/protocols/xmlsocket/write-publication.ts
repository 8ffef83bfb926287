import type { Publication } from '../../core/publication.js';
import { escapeXml, writeElement } from './write-xml.js';

/** The system, which nobody else can be. */
const SYSTEM = '0';

interface Somebody {
  readonly id?: unknown;
  readonly name?: unknown;
}

/** What the chat says, of which anything may be missing. */
interface Said {
  readonly type?: unknown;
  readonly from?: Somebody;
  readonly to?: unknown;
  readonly user?: Somebody;
  readonly room?: unknown;
  readonly members?: unknown;
  readonly text?: unknown;
}

/** What is told beside what was said: the room where its reader has to know it, and the position for who asked. */
export type About = Readonly<Record<'room_id' | 'position', string | undefined>>;

/** A publication in the words of the chat. */
export function writePublication({ channel, payload }: Publication, about: About): string {
  const { value } = payload;
  const { position } = about;
  const said: Said = typeof value === 'object' && value !== null ? value : {};
  switch (said.type) {
    case 'message':
      return message({ from_id: textOf(said.from?.id), ...about }, textOf(said.text));
    case 'private':
      return message(
        { from_id: textOf(said.from?.id), to_id: receiverOf(said.to), position },
        textOf(said.text),
      );
    case 'announcement':
      return message({ from_id: SYSTEM, ...about }, textOf(said.text));
    case 'enter':
    case 'leave': {
      const done = said.type === 'enter' ? 'entered' : 'left';
      return message({ from_id: SYSTEM, ...about }, `*${nameOf(said.user)} has ${done}`);
    }
    case 'members':
      return writeElement('users', { room_id: textOf(said.room) }, membersOf(said.members));
    default:
      return writeElement('event', { channel, position }, escapeXml(payload.json.toString('utf8')));
  }
}

function message(attributes: Readonly<Record<string, string | undefined>>, text: string): string {
  return writeElement('msg', attributes, escapeXml(text));
}

function membersOf(members: unknown): string {
  const list: readonly Somebody[] = Array.isArray(members) ? members : [];
  return list.map((one) => writeElement('user', { id: textOf(one.id) }, escapeXml(nameOf(one)))).join('');
}

function receiverOf(to: unknown): string {
  return typeof to === 'object' && to !== null ? textOf((to as Somebody).id) : textOf(to);
}

function nameOf(somebody: Somebody | undefined): string {
  return textOf(somebody?.name ?? somebody?.id);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
