import type { LogEventFacts } from './log-event-facts.js';
import { PROCESS_LOG_EVENTS } from './process-log-events.js';
import { REDIS_LOG_EVENTS } from './redis-log-events.js';

/** Every event that the server logs. docs/logs.md is written from it. */
export const LOG_EVENTS = {
  server_started: { level: 'info', means: 'peers may come', fields: ['version', 'urls', 'routes'] },
  drain_began: {
    level: 'info',
    means: 'the server stops: peers are told to come back, for limits.drain at most',
    fields: ['connections'],
  },
  server_stopped: { level: 'info', means: 'all have gone, and what is kept is written', fields: [] },
  connection_refused: {
    level: 'info',
    means: 'a connection was refused before it was opened',
    fields: ['request', 'remoteAddress', 'code', 'reason', 'hint', 'port', 'cause', 'omitted'],
  },
  credentials_refused: {
    level: 'info',
    means: 'a handshake with credentials that are wrong; the peer was told by close code 4500',
    fields: ['request', 'remoteAddress', 'reason', 'omitted'],
  },
  request_refused: {
    level: 'info',
    means: 'an HTTP request was answered with an error',
    fields: ['request', 'code', 'reason', 'path', 'remoteAddress', 'cause', 'omitted'],
  },
  operation_refused: {
    level: 'info',
    means:
      'a subscribe, publish, call or registration was refused; for `forbidden`, `decided` has the rules and their values',
    fields: [
      ...['request', 'operation', 'channel', 'code', 'reason', 'session', 'peer', 'decided'],
      ...['remoteAddress', 'version', 'command', 'omitted'],
    ],
  },
  operator_acted: {
    level: 'info',
    means:
      'somebody who holds the key of the operators did something, or tried to; the fields are those of the action',
    fields: ['action', 'as'],
  },
  testament_refused: {
    level: 'info',
    means: 'what a session of WAMP v2 left to be published was refused',
    fields: ['session', 'channel', 'code', 'reason', 'request', 'omitted'],
  },
  message_too_long: {
    level: 'info',
    means: 'a message is longer than its RawSocket peer takes, and the connection was closed',
    fields: ['connection', 'remoteAddress', 'size', 'omitted'],
  },
  connection_cut: {
    level: 'info',
    means:
      'the server has ended a connection whose peer is too slow (4008) or says what is not of its protocol (1003, 1009, 4501)',
    fields: ['connection', 'remoteAddress', 'code', 'reason', 'omitted'],
  },
  connection_ended: {
    level: 'debug',
    means: 'a connection has ended, whoever ended it',
    fields: ['connection', 'code', 'reason'],
  },
  proxy_not_trusted: {
    level: 'warn',
    means:
      'a proxy forwards peers and is not in listen.trusted_proxies, so that all of them count as one; once',
    fields: ['proxy'],
  },
  certificate_changed: { level: 'info', means: 'the certificate was read again', fields: ['cert'] },
  certificate_unusable: {
    level: 'error',
    means: 'the new certificate cannot be used, and the old one serves on',
    fields: ['cert', 'error'],
  },
  request_failed: {
    level: 'error',
    means: 'an HTTP request failed by a mistake of the server',
    fields: ['request', 'path', 'error'],
  },
  peer_request_failed: {
    level: 'error',
    means: 'a request of a peer failed by a mistake of the server',
    fields: ['request', 'protocol', 'session', 'channel', 'remoteAddress', 'version', 'command', 'error'],
  },
  publish_failed: {
    level: 'error',
    means: 'one message of a batch failed by a mistake of the server',
    fields: ['error'],
  },
  handler_failed: {
    level: 'error',
    means: 'a hook of a handler threw an error that is no refusal',
    fields: ['request', 'session', 'channel', 'error'],
  },
  timer_failed: {
    level: 'error',
    means: 'a timer of a live channel threw, and is stopped',
    fields: ['channel', 'error'],
  },
  periodic_task_failed: { level: 'error', means: 'a periodic task threw', fields: ['error'] },
  listener_failed: {
    level: 'error',
    means: 'what listens to an event of the server threw',
    fields: ['heard', 'error'],
  },
  answer_failed: {
    level: 'error',
    means: 'the answer of a procedure could not be written',
    fields: ['session', 'channel', 'error'],
  },
  call_timeout_failed: {
    level: 'error',
    means: 'a call that is too late could not be ended',
    fields: ['error'],
  },
  fan_out_failed: {
    level: 'error',
    means: 'a publication did not reach all of its subscribers',
    fields: ['error'],
  },
  identity_check_failed: {
    level: 'error',
    means: 'it could not be looked which identities have expired',
    fields: ['error'],
  },
  retained_not_sent: {
    level: 'warn',
    means: 'a new subscriber was not sent what is retained',
    fields: ['session', 'channel', 'error'],
  },
  presence_handler_failed: {
    level: 'error',
    means: 'a handler threw when it was told who is on a channel',
    fields: ['channel', 'error'],
  },
  presence_failed: {
    level: 'error',
    means: 'the store of presence did not do what it was asked for',
    fields: ['error', 'omitted'],
  },
  dead_letter_dropped: {
    level: 'debug',
    means: 'a message of a queue that nobody consumed is gone, as no route keeps it',
    fields: ['channel', 'publication', 'reason'],
  },
  dead_letters_not_kept: {
    level: 'error',
    means: 'dead letters wait, as their channel has no room',
    fields: ['channel', 'error'],
  },
  dead_letter_not_forgotten: {
    level: 'warn',
    means: 'a dead letter was kept, and comes once more with the next start',
    fields: ['channel', 'error'],
  },
  attempt_not_stored: {
    level: 'warn',
    means: 'the store does not know of an attempt to deliver a message of a queue',
    fields: ['error'],
  },
  consumer_failed: {
    level: 'error',
    means: 'a consumer of a queue failed, and gets nothing any more',
    fields: ['channel', 'error'],
  },
  queue_sweep_failed: { level: 'error', means: 'queues could not be looked at', fields: ['error'] },
  queue_not_read: {
    level: 'debug',
    means: 'messages of a queue could not be taken from Redis; it is tried again',
    fields: ['channel', 'error'],
  },
  queue_message_unreadable: {
    level: 'error',
    means: 'a message of a queue in Redis is none, and was removed',
    fields: ['channel', 'number'],
  },
  reloaded: {
    level: 'info',
    means: 'routes and handlers were read again, and the server goes by them',
    fields: ['live', 'moved', 'withdrawn', 'ended', 'asked', 'handlers', 'restart'],
  },
  reload_refused: {
    level: 'error',
    means: 'what was read again cannot be used, and the server goes on as before',
    fields: ['reason', 'findings'],
  },
  reload_failed: {
    level: 'error',
    means: 'what was read again could not be built, by a mistake of the application or the server',
    fields: ['error'],
  },
  channel_not_served: {
    level: 'warn',
    means: 'after a reload nobody serves a live channel, and its subscriptions end',
    fields: ['channel', 'error'],
  },
  history_not_begun: {
    level: 'error',
    means: 'the broker does not keep what a new route says, and the subscribers were sent away',
    fields: ['channel', 'error'],
  },
  outage_began: {
    level: 'error',
    means: 'something that tells who peers are does not answer; once each time that it begins',
    fields: ['reason'],
  },
  outage_ended: { level: 'info', means: 'it answers again', fields: [] },
  accounts_failed: { level: 'error', means: 'accounts could not be read', fields: ['reason'] },
  logins_failed: { level: 'error', means: 'logins could not be read', fields: ['reason'] },
  store_failed: { level: 'error', means: 'the store did not keep or find something', fields: ['error'] },
  store_in_use: {
    level: 'error',
    means: 'another server has the store, and routes that need it are refused',
    fields: ['reason'],
  },
  purge_failed: { level: 'warn', means: 'old lines of the log stay for now', fields: ['error'] },
  redis_connected: { level: 'info', means: 'Redis is there', fields: ['host', 'port'] },
  redis_lost: { level: 'warn', means: 'Redis is away', fields: ['reason'] },
  redis_still_away: { level: 'debug', means: 'it was tried in vain', fields: ['reason'] },
  redis_cluster_unknown: {
    level: 'warn',
    means: 'no server of the Redis Cluster says which there are',
    fields: ['reason'],
  },
  publications_lost: {
    level: 'warn',
    means:
      'Redis has lost publications of a channel; its subscribers were sent away, and are told when they come back',
    fields: ['channel', 'offset'],
  },
  ...REDIS_LOG_EVENTS,
  ...PROCESS_LOG_EVENTS,
} as const satisfies Readonly<Record<string, LogEventFacts>>;

export type LogEvent = keyof typeof LOG_EVENTS;
