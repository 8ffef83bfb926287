import { z } from 'zod';
import { duration } from './duration-kinds.js';
import { list, optionalText } from './setting-kinds.js';

const DOMAIN = /^[^\s"<>&]+$/;

/** `xmlsocket:` of the settings. */
export const xmlsocketSettings = z.strictObject({
  room: optionalText(
    'text',
    'Route of chat rooms, with the parameter `room`; `chat.room` unless given.',
    /^\S+$/,
  ),
  rooms: optionalText(
    'text',
    'Procedure that lists the rooms that its caller may enter, as `[{id, name}]`; `chat/rooms` unless given.',
    /^\S+$/,
  ),
  user: optionalText(
    'text',
    'Route of what is for one user, with the parameter `user_id`; `chat.user` unless given.',
    /^\S+$/,
  ),
  login_timeout: duration('60s', 'How long a peer may take to log in.'),
  policy_domains: list('list', [], {
    help: "Sites whose films may connect, for Flash Player's socket policy: `*`, `*.example.com`, `example.com`; none unless given.",
    holds: DOMAIN,
  }),
  policy_ports: list('list', [], {
    help: 'Ports that the socket policy names, such as `8843` or `8000-8999`; that of XMLSocket unless given.',
    holds: /^(?:\*|\d{1,5}(?:-\d{1,5})?)$/,
  }),
});
