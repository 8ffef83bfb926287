import type { Settings } from '../../config/index.js';
import { type JsonSchema, rewriteReferences, rewriteSchema } from '../../core/json-schema.js';
import { Payload } from '../../core/payload.js';
import { examplesOf, handshakeBinding, stompTraits } from './asyncapi-bindings.js';
import { asyncApiSecurity } from './asyncapi-security.js';
import { asyncApiServers } from './asyncapi-servers.js';
import type { ChannelContract, ChannelParameter, Demands } from './channel-contracts.js';
import { refer, type Tree } from './tree.js';

/** What a document is written about. */
export interface ContractSubject {
  readonly title: string;
  readonly version: string;
  readonly settings: Settings;
  readonly channels: readonly ChannelContract[];
  /** The address by which clients come, where that is not the one the server listens to. */
  readonly url?: URL | undefined;
}

const DESCRIPTION =
  'What clients may do on the channels of this server. Operations are those of a client: it receives what it subscribes to, and sends ' +
  'what it publishes. The same channels are served over WAMP, STOMP, Server-Sent Events and HTTP.';

/** The channels of an application as an AsyncAPI document, from the side of its clients. [AsyncAPI 3.0.0] */
export function asyncApiDocument({ title, version, channels, ...subject }: ContractSubject): Tree {
  const schemes = asyncApiSecurity(subject.settings.auth);
  const servers = asyncApiServers({ ...subject, schemes });
  const securitySchemes = Object.entries(schemes).map(([name, { scheme }]) => [name, scheme]);
  return {
    asyncapi: '3.0.0',
    info: { title, version, description: DESCRIPTION },
    defaultContentType: 'application/json',
    servers,
    channels: treeOf(channels, (contract) => [[contract.id, channelOf(contract)]]),
    operations: treeOf(channels, operationsOf),
    components: {
      messages: treeOf(channels, (contract) => [[contract.id, messageOf(contract)]]),
      schemas: treeOf(channels, (contract) => schemaOf(contract)),
      ...(securitySchemes.length > 0 && { securitySchemes: Object.fromEntries(securitySchemes) }),
      channelBindings: { handshake: handshakeBinding(schemes) },
    },
  };
}

function treeOf(
  channels: readonly ChannelContract[],
  entries: (contract: ChannelContract) => readonly (readonly [string, unknown])[],
): Tree {
  return Object.fromEntries(channels.flatMap(entries));
}

function channelOf(contract: ChannelContract): Tree {
  const { id, route, parameters } = contract;
  // A brace that stands for itself has no way to be written in an address.
  const isAddress = !/[{}]/.test(route.pattern.replaceAll(/\{\w+\}/g, ''));
  return {
    address: isAddress ? route.pattern : null,
    title: route.name,
    ...(!isAddress && { description: `The channels ${route.pattern}.` }),
    ...(isAddress &&
      parameters.length > 0 && { parameters: Object.fromEntries(parameters.map(parameterOf)) }),
    messages: { [id]: refer('components/messages', id) },
    bindings: refer('components/channelBindings', 'handshake'),
    'x-stomp': stompTraits(contract),
    'x-signalbox': traitsOf(route),
  };
}

function parameterOf({ name, requirement, values, default: preset }: ChannelParameter): [string, Tree] {
  const text = [
    ...(requirement !== undefined && values === undefined ? [`Matches ${requirement.pattern}.`] : []),
    ...(requirement?.wildcard === true && values === undefined ? ['May be *, too.'] : []),
    ...(preset === undefined ? [] : [`May be left out: it is ${JSON.stringify(preset)} then.`]),
  ];
  return [
    name,
    {
      ...(text.length > 0 && { description: text.join(' ') }),
      ...(values !== undefined && { enum: values }),
      ...(preset !== undefined && (values?.includes(preset) ?? true) && { default: preset }),
      ...(requirement !== undefined && { 'x-pattern': requirement.pattern }),
    },
  ];
}

function traitsOf({
  name,
  handler,
  history,
  replay,
  presence,
  queue,
  limits,
  log,
  slow,
}: ChannelContract['route']): Tree {
  return {
    route: name,
    handler,
    ...(history && { history }),
    ...(replay !== undefined && { replay }),
    ...(presence && { presence: true }),
    ...(queue && {
      queue: { ...queue, ...(queue.attempts === Number.POSITIVE_INFINITY && { attempts: null }) },
    }),
    ...(log && { log: true }),
    ...(slow !== undefined && { slow }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

function messageOf(contract: ChannelContract): Tree {
  const { id, route, payload } = contract;
  const { form } = payload ?? {};
  const examples = examplesOf(contract, (value) => payload?.fault(Payload.of(value)) === undefined);
  return {
    name: route.name,
    title: payload?.title ?? 'anything',
    ...(form === 'text' && { contentType: 'text/plain', payload: { type: 'string' } }),
    ...(form === 'binary' && { contentType: 'application/octet-stream' }),
    ...(payload?.schema !== undefined && { payload: refer('components/schemas', id) }),
    ...(examples.length > 0 && { examples }),
  };
}

/** A schema by a name, with its own references below that. */
function schemaOf({ id, payload }: ChannelContract): [string, JsonSchema][] {
  const schema = payload?.schema;
  if (schema === undefined) return [];
  const own = rewriteReferences(withoutNames(schema), (text) => `#/components/schemas/${id}${text.slice(1)}`);
  // A tool takes objects alone here.
  if (typeof own === 'boolean') return [[id, own ? {} : { not: {} }]];
  return [[id, own]];
}

/** The document is what `$ref` starts from, and it says itself what its schemas are written in. */
function withoutNames(schema: JsonSchema): JsonSchema {
  return rewriteSchema(schema, (keyword, value) =>
    keyword === '$id' || keyword === '$schema' ? [] : [[keyword, value]],
  );
}

function operationsOf(contract: ChannelContract): [string, Tree][] {
  const { id, route, subscribe, publish, call } = contract;
  const channel = refer('channels', id);
  const messages = [refer(`channels/${id}/messages`, id)];
  const operation = (name: string, demands: Demands | undefined, more: Tree): [string, Tree][] =>
    demands === undefined ? [] : [[`${id}.${name}`, { ...more, channel, 'x-access': demands }]];
  return [
    ...operation('subscribe', subscribe, {
      action: 'receive',
      summary: `Subscribe to ${route.pattern}`,
      messages,
    }),
    ...operation('publish', publish, { action: 'send', summary: `Publish on ${route.pattern}`, messages }),
    ...operation('call', call, { action: 'send', summary: `Call ${route.pattern}`, reply: { channel } }),
  ];
}
