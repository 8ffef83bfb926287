/** Where one can be, and the title of each. */
export const PLACES = [
  ['overview', 'Overview'],
  ['sessions', 'Sessions'],
  ['sessions/s000001', 'Session s000001'],
  ['channels', 'Channels'],
  ['channels/chat/room/1', 'chat/room/1'],
  ['channels/chat/room/1?part=history', 'chat/room/1'],
  ['channels/chat/room/1?part=presence', 'chat/room/1'],
  ['channels/chat/room/1?part=subscribers', 'chat/room/1'],
  ['queues', 'Queues'],
  ['reloads', 'Reloads'],
  ['routes', 'Routes'],
  ['refusals', 'Refusals'],
  ['slow', 'Slow consumers'],
  ['nodes', 'Nodes'],
  ['console', 'Console'],
] as const;
