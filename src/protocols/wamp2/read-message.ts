import type { Payload } from '../../core/payload.js';
import { traceparentOf } from '../../core/trace-context.js';
import { Attributes, asId, asRecord, asText } from './attributes.js';
import { MESSAGE, type MessageName, Wamp2Error } from './codec.js';
import type {
  CallOptions,
  ClientMessage,
  PublishOptions,
  RegisterOptions,
  SubscribeOptions,
  YieldOptions,
} from './messages.js';
import { readHello } from './read-hello.js';

/** How messages of one type are read. */
export interface Shape {
  readonly name: MessageName;
  /** Elements up to `Arguments`. */
  readonly length: number;
  readonly hasPayload: boolean;
  read(head: readonly unknown[], payload: Payload): ClientMessage;
}

const NO_OPTIONS: PublishOptions = {
  acknowledge: false,
  excludeMe: true,
  exclude: undefined,
  excludeAuthid: undefined,
  excludeAuthrole: undefined,
  eligible: undefined,
  eligibleAuthid: undefined,
  eligibleAuthrole: undefined,
  discloseMe: false,
  retain: false,
  passthru: undefined,
  key: undefined,
  version: undefined,
  tellsPosition: false,
  trace: undefined,
};

const NO_CALL_OPTIONS: CallOptions = {
  receiveProgress: false,
  progress: false,
  timeout: 0,
  discloseMe: false,
  passthru: undefined,
  trace: undefined,
};

const NO_YIELD_OPTIONS: YieldOptions = { progress: false, passthru: undefined };

const SHAPES: readonly Shape[] = [
  shape('HELLO', 3, ([, realm, details]) => ({
    type: 'hello',
    realm: asText(realm, 'HELLO.Realm'),
    details: readHello(new Attributes('HELLO.Details', details)),
  })),
  shape('ABORT', 3, ([, details, reason]) => ({
    type: 'abort',
    reason: asText(reason, 'ABORT.Reason'),
    message: new Attributes('ABORT.Details', details).text('message'),
  })),
  shape('AUTHENTICATE', 3, ([, signature, extra]) => ({
    type: 'authenticate',
    signature: asText(signature, 'AUTHENTICATE.Signature'),
    extra: asRecord(extra, 'AUTHENTICATE.Extra'),
  })),
  shape('GOODBYE', 3, ([, details, reason]) => ({
    type: 'goodbye',
    reason: asText(reason, 'GOODBYE.Reason'),
    message: new Attributes('GOODBYE.Details', details).text('message'),
  })),
  withPayload('ERROR', 5, ([, requestType, request, details, error], payload) => ({
    type: 'error',
    requestType: asId(requestType, 'ERROR.Type'),
    request: asId(request, 'ERROR.Request'),
    passthru: new Attributes('ERROR.Details', details).passthru(),
    error: asText(error, 'ERROR.Error'),
    payload,
  })),
  withPayload('PUBLISH', 4, ([, request, options, topic], payload) => ({
    type: 'publish',
    request: asId(request, 'PUBLISH.Request'),
    options: readPublishOptions(options),
    topic: asText(topic, 'PUBLISH.Topic'),
    payload,
  })),
  shape('SUBSCRIBE', 4, ([, request, options, topic]) => ({
    type: 'subscribe',
    request: asId(request, 'SUBSCRIBE.Request'),
    options: readSubscribeOptions(new Attributes('SUBSCRIBE.Options', options)),
    topic: asText(topic, 'SUBSCRIBE.Topic'),
  })),
  shape('UNSUBSCRIBE', 3, ([, request, subscription]) => ({
    type: 'unsubscribe',
    request: asId(request, 'UNSUBSCRIBE.Request'),
    subscription: asId(subscription, 'UNSUBSCRIBE.Subscription'),
  })),
  withPayload('CALL', 4, ([, request, options, procedure], payload) => ({
    type: 'call',
    request: asId(request, 'CALL.Request'),
    options: readCallOptions(new Attributes('CALL.Options', options)),
    procedure: asText(procedure, 'CALL.Procedure'),
    payload,
  })),
  shape('CANCEL', 3, ([, request, options]) => ({
    type: 'cancel',
    request: asId(request, 'CANCEL.Request'),
    options: { mode: new Attributes('CANCEL.Options', options).text('mode') },
  })),
  shape('REGISTER', 4, ([, request, options, procedure]) => ({
    type: 'register',
    request: asId(request, 'REGISTER.Request'),
    options: readRegisterOptions(new Attributes('REGISTER.Options', options)),
    procedure: asText(procedure, 'REGISTER.Procedure'),
  })),
  shape('UNREGISTER', 3, ([, request, registration]) => ({
    type: 'unregister',
    request: asId(request, 'UNREGISTER.Request'),
    registration: asId(registration, 'UNREGISTER.Registration'),
  })),
  withPayload('YIELD', 3, ([, request, options], payload) => ({
    type: 'yield',
    request: asId(request, 'YIELD.Request'),
    options: readYieldOptions(new Attributes('YIELD.Options', options)),
    payload,
  })),
  shape('EVENT_RECEIVED', 2, ([, publication]) => ({
    type: 'event_received',
    publication: asId(publication, 'EVENT_RECEIVED.Publication'),
  })),
];

const SHAPE_OF: ReadonlyMap<unknown, Shape> = new Map(SHAPES.map((each) => [MESSAGE[each.name], each]));
const NAMES: ReadonlyMap<unknown, string> = new Map(
  Object.entries(MESSAGE).map(([name, type]) => [type, name]),
);

/** The shape of messages of this type and of this many elements. Throws a `Wamp2Error` for what no client may send. */
export function shapeOf(type: unknown, length: number): Shape {
  const found = SHAPE_OF.get(type);
  if (found === undefined) throw unknownType(type, length);
  if (length < found.length) throw new Wamp2Error(`${found.name} needs ${found.length} elements`);
  if (found.hasPayload && length > found.length + 2)
    throw new Wamp2Error(`${found.name} has too many elements`);
  return found;
}

function unknownType(type: unknown, length: number): Wamp2Error {
  if (length === 0) return new Wamp2Error('a message must not be empty');
  const name = NAMES.get(type);
  return new Wamp2Error(
    name === undefined ? 'no message has this type' : `${name} is for routers to send, not for clients`,
  );
}

function shape(name: MessageName, length: number, read: Shape['read']): Shape {
  return { name, length, hasPayload: false, read };
}

function withPayload(name: MessageName, length: number, read: Shape['read']): Shape {
  return { name, length, hasPayload: true, read };
}

/** The options of a PUBLISH. Throws a `Wamp2Error` that names the wrong one. */
export function readPublishOptions(value: unknown): PublishOptions {
  const options = new Attributes('PUBLISH.Options', value);
  if (options.isEmpty) return NO_OPTIONS;
  options.checkForeign();
  return {
    acknowledge: options.flag('acknowledge') ?? false,
    excludeMe: options.flag('exclude_me') ?? true,
    exclude: options.ids('exclude'),
    excludeAuthid: options.texts('exclude_authid'),
    excludeAuthrole: options.texts('exclude_authrole'),
    eligible: options.ids('eligible'),
    eligibleAuthid: options.texts('eligible_authid'),
    eligibleAuthrole: options.texts('eligible_authrole'),
    discloseMe: options.flag('disclose_me') ?? false,
    retain: options.flag('retain') ?? false,
    passthru: options.passthru(),
    key: options.text('_key'),
    version: options.integer('_version'),
    trace: options.text('_traceparent'),
    tellsPosition: options.flag('_position') ?? false,
  };
}

function readSubscribeOptions(options: Attributes): SubscribeOptions {
  options.checkForeign();
  return {
    match: options.match(),
    getRetained: options.flag('get_retained') ?? false,
    recover: options.flagOrText('_recover') ?? false,
    trace: traceparentOf(options.text('_traceparent')),
  };
}

function readCallOptions(options: Attributes): CallOptions {
  if (options.isEmpty) return NO_CALL_OPTIONS;
  options.checkForeign();
  return {
    receiveProgress: options.flag('receive_progress') ?? false,
    progress: options.flag('progress') ?? false,
    timeout: options.integer('timeout') ?? 0,
    discloseMe: options.flag('disclose_me') ?? false,
    passthru: options.passthru(),
    trace: traceparentOf(options.text('_traceparent')),
  };
}

function readRegisterOptions(options: Attributes): RegisterOptions {
  options.checkForeign();
  return {
    match: options.match(),
    invoke: options.text('invoke'),
    concurrency: options.integer('concurrency'),
    discloseCaller: options.flag('disclose_caller') ?? false,
    forwardTimeout: options.flag('forward_timeout') ?? false,
  };
}

function readYieldOptions(options: Attributes): YieldOptions {
  if (options.isEmpty) return NO_YIELD_OPTIONS;
  options.checkForeign();
  return { progress: options.flag('progress') ?? false, passthru: options.passthru() };
}
