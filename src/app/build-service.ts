import { DiscoveryError } from './discover.js';
import type { Offer } from './handler-class.js';
import { reasonOf } from './thrown-at.js';

/** An instance of a class that others inject. Throws `DiscoveryError` with the file of the class, and where its constructor threw. */
export function buildService({ class: Service, file }: Offer, injected: readonly unknown[]): unknown {
  try {
    return new Service(...(injected as never[]));
  } catch (cause) {
    const reason = reasonOf(cause, import.meta.url);
    throw new DiscoveryError(`${Service.name} of ${file} cannot be built: ${reason}`, { cause });
  }
}
