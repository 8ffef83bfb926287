import type { ChannelContract, ChannelParameter } from './channel-contracts.js';
import { freeName } from './channel-contracts.js';
import { type NamedType, typeName, typesOfSchema } from './schema-types.js';

const HEAD = `// Written from the routes by signalbox types: an edit is lost with the next run.
import type { CallRequest, Callback, Delivery, PublicationOptions, SubscribeOptions, Sync, SyncOptions } from 'signalbox/client';
`;

const CLIENT = `
type Parametrized = \`\${string}{\${string}}\${string}\`;
type Plain<C> = Exclude<C, Parametrized>;
type Filled<C> = Extract<C, Parametrized>;
type Params<C extends keyof Channels> = Channels[C]['params'];
type Payload<C extends keyof Channels> = Channels[C]['payload'];
type Listener<C extends keyof Channels> = (payload: Payload<C>, event: Delivery) => void;
type Pattern = { readonly match: 'prefix' | 'wildcard' };

/** The client, which knows the channels of the routes. */
export interface TypedSync extends Omit<Sync, 'subscribe' | 'unsubscribe' | 'publish' | 'call'> {
  subscribe<C extends Plain<Subscribable>>(channel: C, callback: Listener<C>, options?: SubscribeOptions): () => void;
  subscribe<C extends Filled<Subscribable>>(channel: C, params: Params<C>, callback: Listener<C>, options?: SubscribeOptions): () => void;
  subscribe(pattern: string, callback: Callback, options: SubscribeOptions & Pattern): () => void;
  unsubscribe<C extends Plain<Subscribable>>(channel: C, callback?: Listener<C>): void;
  unsubscribe<C extends Filled<Subscribable>>(channel: C, params: Params<C>, callback?: Listener<C>): void;
  unsubscribe(pattern: string, callback: Callback | undefined, options: Pattern): void;
  publish<C extends Plain<Publishable>>(channel: C, payload: Payload<C>, options?: PublicationOptions): void;
  publish<C extends Filled<Publishable>>(channel: C, params: Params<C>, payload: Payload<C>, options?: PublicationOptions): void;
  call<C extends Plain<Callable>>(procedure: C, ...args: readonly unknown[]): Promise<unknown>;
  call<C extends Filled<Callable>>(procedure: C, params: Params<C>, ...args: readonly unknown[]): Promise<unknown>;
  call(request: CallRequest): Promise<unknown>;
}

export declare const sync: TypedSync;
export declare function createSync(options?: SyncOptions): TypedSync;
export { sync as default };
`;

/** Names that mean something else in the module. */
const USED = new Set(
  [...`${HEAD}${CLIENT} Record Channels Subscribable Publishable Callable`.matchAll(/\b[A-Z]\w*/g)].flat(),
);

/** A module of declarations for the client, in which channels, parameters and payloads are those of the routes. */
export function clientTypes(contracts: readonly ChannelContract[]): string {
  const first = firstOfEach(contracts);
  const taken = new Set(USED);
  const types: NamedType[] = [];
  const channels = first.map((contract) => {
    const payload = payloadOf(contract, taken, types);
    return `  ${JSON.stringify(contract.route.pattern)}: { readonly params: ${paramsOf(contract)}; readonly payload: ${payload} };`;
  });
  const names = (may: (contract: ChannelContract) => unknown) =>
    union(first.filter((contract) => may(contract) !== undefined));
  return [
    HEAD,
    ...types.map(({ name, text }) => `export type ${name} = ${text};\n`),
    `/** By the channel as the route has it. */\nexport interface Channels {\n${channels.join('\n')}\n}\n`,
    `export type Subscribable = ${names(({ subscribe }) => subscribe)};`,
    `export type Publishable = ${names(({ publish }) => publish)};`,
    `export type Callable = ${names(({ call }) => call)};`,
    CLIENT,
  ].join('\n');
}

/** Of routes with the same channel the first is the one that serves. */
function firstOfEach(contracts: readonly ChannelContract[]): readonly ChannelContract[] {
  const seen = new Set<string>();
  return contracts.filter(({ route: { pattern } }) => !seen.has(pattern) && seen.add(pattern));
}

function union(contracts: readonly ChannelContract[]): string {
  if (contracts.length === 0) return 'never';
  return contracts.map(({ route }) => `\n  | ${JSON.stringify(route.pattern)}`).join('');
}

function paramsOf({ parameters }: ChannelContract): string {
  if (parameters.length === 0) return 'Record<string, never>';
  return `{ ${parameters.map((one) => `readonly ${one.name}: ${valueType(one)}`).join('; ')} }`;
}

function valueType({ values }: ChannelParameter): string {
  return values === undefined ? 'string | number' : values.map((value) => JSON.stringify(value)).join(' | ');
}

function payloadOf({ payload, route }: ChannelContract, taken: Set<string>, types: NamedType[]): string {
  if (payload?.form === 'text') return 'string';
  if (payload?.schema === undefined) return 'unknown';
  const found = typesOfSchema(payload.schema, freeName(typeName(route.name), taken), taken);
  types.push(...found);
  return found[0]?.name ?? 'unknown';
}
