import { z } from 'zod';
import { duration } from './duration-kinds.js';
import { choice, count, onOff, size } from './setting-kinds.js';

/** `stomp:` of the settings. */
export const stompSettings = z.strictObject({
  on_error: choice(
    ['close', 'keep'],
    'What becomes of a connection of STOMP 1.1 or 1.2 whose request is refused. 1.0 is kept; what is no STOMP is closed.',
  ),
  trailing_lf: onOff(true, 'End each frame with LF after its NUL; PHP clients read no further without it.'),
  connect_timeout: duration('30s', 'How long a peer may take to connect; people type it by hand.'),
  heart_beat: duration('1s', 'Shortest interval of heart-beats, in either direction.'),
  header: size('8kb', 'Longest header line.'),
  headers: count(100, 'Headers of one frame.'),
  header_section: size('32kb', 'Longest command and headers of one frame.'),
  before_login: size('64kb', 'What a peer may send before it has connected.'),
  prefetch: count(
    1000,
    'Messages of a queue that one subscription may hold unacknowledged, if it asks for so many.',
  ),
  transactions: count(100, 'Open transactions of one connection.'),
  transaction_frames: count(1000, 'Frames of one transaction.'),
  transaction_size: size('1mb', 'Octets of all open transactions of one connection, headers included.'),
  temp_queues: count(100, 'Reply queues of one connection.'),
});
