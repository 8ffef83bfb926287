import type { GosHandler } from '../../config/index.js';

const ORO = 'Oro\\Bundle\\SyncBundle\\Topic\\';
const HOOKS = /^(on|secure$|registerPeriodicTimer$)/;

/** What a class of Oro's is here, by its whole name. */
const CLASSES: Readonly<Record<string, 'broadcast' | 'secured' | 'ping'>> = {
  [`${ORO}BroadcastTopic`]: 'broadcast',
  [`${ORO}SecuredTopic`]: 'secured',
  [`${ORO}WebsocketPingTopic`]: 'ping',
};

/** What a handler's class is, or is a child of, here; undefined where neither is known. */
export function builtInOf({ class: name, php }: GosHandler): 'broadcast' | 'secured' | 'ping' | undefined {
  return CLASSES[name] ?? (php?.parent === undefined ? undefined : CLASSES[php.parent]);
}

/** Whether a handler does nothing that the built-in class does not. */
export function isBuiltIn(handler: GosHandler): boolean {
  if (builtInOf(handler) === undefined) return false;
  return (
    CLASSES[handler.class] !== undefined || !(handler.php?.methods ?? []).some(({ name }) => HOOKS.test(name))
  );
}

/** The entry below `topics:` for a built-in class. */
export function topicEntry(handler: GosHandler): string {
  const name = builtInOf(handler) ?? 'broadcast';
  const seconds = Number(handler.args[1]);
  return name === 'ping' && seconds > 0 ? `{ class: ping, interval: ${seconds}s }` : name;
}
