import type { MaybePromise, Principal } from 'signalbox';
import { isSystem } from './chat-words.js';

/** A room that there is. */
export interface ChatRoom {
  readonly id: string;
  readonly name: string;
  /** Only who has one of these roles may enter; left out, whoever the route lets in. */
  readonly roles?: readonly string[];
}

/** Which rooms there are, and who may enter. An application offers its own, as a database behind the same token. */
export interface ChatDirectory {
  rooms(): MaybePromise<readonly ChatRoom[]>;
  mayEnter(principal: Principal, room: ChatRoom): MaybePromise<boolean>;
}

/** The token under which the handlers of the chat inject it. */
export const CHAT_DIRECTORY = Symbol.for('chat.directory');

const ROOMS: readonly ChatRoom[] = [
  { id: '1', name: 'Lobby 1' },
  { id: '2', name: 'General Chat' },
  { id: '3', name: 'Staff', roles: ['ROLE_STAFF'] },
];

/** The rooms of this repository's application. */
export class FixedRooms implements ChatDirectory {
  static readonly service: symbol = CHAT_DIRECTORY;

  rooms(): readonly ChatRoom[] {
    return ROOMS;
  }

  mayEnter({ roles }: Principal, room: ChatRoom): boolean {
    return room.roles?.some((role) => roles.includes(role)) ?? true;
  }
}

/** Whether there is a room of this id, and somebody may enter it. */
export async function isOpenTo(principal: Principal, id: string, directory: ChatDirectory): Promise<boolean> {
  if (isSystem(principal)) return false;
  const room = (await directory.rooms()).find((room) => room.id === id);
  return room !== undefined && directory.mayEnter(principal, room);
}
