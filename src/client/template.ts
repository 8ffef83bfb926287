/** What a template of a channel is filled with. */
export type ChannelParams = Readonly<Record<string, string | number>>;

const PARAMETER = /\{(\w+)\}/g;

/**
 * Arguments that begin with a channel: a template such as `chat/{room}` and its parameters, which follow it, become one.
 * Throws a `TypeError` for a parameter that is missing or empty.
 */
export function addressed(given: readonly unknown[]): readonly unknown[] {
  const [channel, params, ...rest] = given;
  if (typeof channel !== 'string' || channel.search(PARAMETER) < 0) return given;
  if (typeof params !== 'object' || params === null) return given;
  return [
    channel.replace(PARAMETER, (_, name: string) => paramOf(params as ChannelParams, name, channel)),
    ...rest,
  ];
}

function paramOf(params: ChannelParams, name: string, channel: string): string {
  const value = Object.hasOwn(params, name) ? String(params[name] ?? '') : '';
  if (value === '') throw new TypeError(`${channel} needs ${name}`);
  return value;
}
