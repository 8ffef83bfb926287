/** The built-in handlers, for classes that extend them: `import { SecuredTopic } from 'signalbox/topics'`. */
export { BroadcastTopic } from './broadcast.js';
export { PingTopic } from './ping.js';
export { ProcedureTopic } from './procedure.js';
export { SecuredTopic } from './secured.js';
