/** The public door: what topic handlers and programs that embed the server import. */

export type { Publisher } from './app/publisher.js';
export { createServer, type RunningServer, type ServerOptions } from './app/server.js';
export { TOKENS } from './app/tokens.js';
export { scramVerifier } from './authenticators/index.js';
export type { Account, Accounts } from './core/accounts.js';
export type {
  AuthAttempt,
  Authenticator,
  Challenge,
  ChallengeAttempt,
  Challenger,
  Credential,
  ProvenIdentity,
  ReplayCache,
} from './core/authenticator.js';
export type { Broker, ChannelSelection, Keeping } from './core/broker.js';
export { CallError, type CallErrorDetails, isCallError } from './core/call-error.js';
export type { Cluster, ClusterCommand, NodeState } from './core/cluster.js';
export {
  DISCONNECT,
  type Disconnect,
  ERROR_CODES,
  type ErrorCode,
  isRouterError,
  RouterError,
} from './core/errors.js';
export type { ServerEventMap, ServerEvents } from './core/events.js';
export type { ApplicationLogger as Logger } from './core/logger.js';
export type { Login, Logins, SaltedKey, ScramVerifier } from './core/logins.js';
export type { MaybePromise } from './core/maybe-promise.js';
export { Payload } from './core/payload.js';
export type { PresenceWords, Present, PresentUser } from './core/presence.js';
export type { Audience, Publication, PublicationOptions, PublishEvent } from './core/publication.js';
export { Results } from './core/results.js';
export type { Access, HistoryPolicy, Operation, Requirement, Route, RouteLimits } from './core/route.js';
export type { CallEvent, Registration } from './core/rpc.js';
export type { ChannelGrants, Notice, Principal, Session, SessionId } from './core/session.js';
export type { Rights, SessionControl, SessionSelector } from './core/session-control.js';
export type {
  PeriodicTask,
  SubscriptionGroup,
  Topic,
  TopicHandler,
  TopicRequest,
  TopicTimer,
} from './core/topic.js';
export { parseDuration, parseSize } from './core/units.js';
