/** The built-in handlers, for classes that extend them: `import { SecuredTopic } from 'signalbox/topics'`. */
export { BroadcastTopic } from './broadcast.js';
export { ChatAnnouncementsTopic } from './chat-announcements.js';
export { CHAT_DIRECTORY, type ChatDirectory, type ChatRoom, FixedRooms } from './chat-directory.js';
export { ChatPrivateTopic } from './chat-private.js';
export { ChatRoomTopic } from './chat-room.js';
export { ChatRoomsTopic } from './chat-rooms.js';
export { PingTopic } from './ping.js';
export { ProcedureTopic } from './procedure.js';
export { SecuredTopic } from './secured.js';
