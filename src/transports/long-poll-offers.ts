import { RouterError } from '../core/errors.js';

/** Sub-protocols that the transport can carry. [WAMP2 §HTTP Longpoll Transport] */
const CARRIED = /^wamp\.2\.(json|msgpack|cbor)(\.batched)?$/;
/** Entries of a peer's list that are looked at. */
const MOST_OFFERS = 32;
/** The sub-protocols that a peer offers in its opening request, less those that are never carried here. */
export function readOffers(body: Buffer): readonly string[] {
  const offered = listIn(body)?.slice(0, MOST_OFFERS);
  if (offered === undefined) {
    throw new RouterError('bad_request', 'the body names no protocols', {
      hint: 'send {"protocols": ["wamp.2.json"]}',
    });
  }
  const carried = offered.filter((name) => typeof name === 'string' && CARRIED.test(name));
  if (carried.length > 0) return carried as string[];
  throw new RouterError('bad_request', 'none of the protocols can be spoken by long-poll', {
    hint: 'offer wamp.2.json',
  });
}

function listIn(body: Buffer): readonly unknown[] | undefined {
  try {
    const { protocols } = JSON.parse(body.toString('utf8')) as { protocols?: unknown };
    return Array.isArray(protocols) ? protocols : undefined;
  } catch {
    return undefined;
  }
}
