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

/** A publication in the words of the chat; `room` where its reader has to be told which one it is of. */
export function writePublication({ channel, payload }: Publication, room: string | undefined): string {
  const { value } = payload;
  const said: Said = typeof value === 'object' && value !== null ? value : {};
  const about = { room_id: room };
  switch (said.type) {
    case 'message':
      return message({ from_id: textOf(said.from?.id), ...about }, textOf(said.text));
    case 'private':
      return message({ from_id: textOf(said.from?.id), to_id: receiverOf(said.to) }, textOf(said.text));
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
      return writeElement('event', { channel }, escapeXml(payload.json.toString('utf8')));
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
