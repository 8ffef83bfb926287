import type { OriginPolicy } from '../authenticators/index.js';
import type { Authenticator } from '../core/authenticator.js';
import type { Admission, Connection, ConnectionListener, Gateway, Handshake } from '../core/connection.js';
import { cutText } from '../core/cut-text.js';
import { DISCONNECT, identified, isRouterError, RouterError } from '../core/errors.js';
import type { ServerEvents } from '../core/events.js';
import { checkLoad, type Load } from '../core/load.js';
import type { Logger } from '../core/logger.js';
import type { Guest, Protocol } from '../core/protocol.js';
import { readAttempt } from '../core/read-attempt.js';
import { RefusalLog } from '../core/refusal-log.js';
import type { Principal } from '../core/session.js';

export interface GatewayParts {
  /** The first one speaks where the peer names no sub-protocol, and the path is not of another. */
  readonly protocols: readonly Protocol[];
  readonly authenticator: Authenticator;
  readonly origins: OriginPolicy;
  readonly events: ServerEvents;
  readonly logger: Logger;
  /** Nobody is let in where there is too much to do. */
  readonly load: Load;
  /** The name of the cookie that may hold a credential. */
  readonly cookie?: string | undefined;
}

/** Decides on a handshake: origin, then sub-protocol, then credentials. */
export class HandshakeGateway implements Gateway {
  readonly #parts: GatewayParts;
  readonly #refusals: RefusalLog;
  #draining = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#refusals = new RefusalLog(parts.logger);
  }

  /** Refuses everybody from now on. */
  drain(): void {
    this.#draining = true;
  }

  async admit(handshake: Handshake): Promise<Admission> {
    try {
      if (this.#draining) throw new RouterError('unavailable', 'the server is about to stop');
      checkLoad(this.#parts.load, 1, 'new connections');
      // Pages of a browser open no stream of octets, and the origin of other streams has been looked at by their transport.
      if (handshake.protocol === undefined) this.#parts.origins.check(handshake.headers['origin']);
      return await this.#admit(handshake);
    } catch (error) {
      this.#announce(handshake, RouterError.from(error));
      throw error;
    }
  }

  async #admit(handshake: Handshake): Promise<Admission> {
    const { protocol, subprotocol } = this.#choose(handshake);
    try {
      const principal = await this.#identify(handshake, protocol);
      const { headers, url } = handshake;
      const guest = { principal, subprotocol, headers, url };
      return { subprotocol, accept: (connection) => accept(connection, protocol, guest) };
    } catch (error) {
      if (!isRouterError(error) || error.code !== 'unauthorized') throw error;
      const refusal = identified(error);
      const { request, message: reason } = refusal;
      this.#announce(handshake, refusal);
      this.#refusals.write(
        { event: 'credentials_refused', request, remoteAddress: handshake.remoteAddress, reason },
        'bad credentials',
      );
      return turnAway(subprotocol, refusal);
    }
  }

  /**
   * Undefined for who presents nothing that tells who it is, where the protocol asks by its own words. A credential
   * that is wrong, or a cookie that the application refuses, is wrong there, too.
   */
  async #identify(handshake: Handshake, { authenticates = false }: Protocol): Promise<Principal | undefined> {
    const attempt = readAttempt({ ...handshake, cookie: this.#parts.cookie });
    const principal = await this.#parts.authenticator.authenticate(attempt);
    if (authenticates) return principal?.kind === 'anonymous' ? undefined : principal;
    if (principal === undefined) throw new RouterError('unauthorized', 'credentials are missing');
    return principal;
  }

  #named(name: string): Protocol {
    const protocol = this.#parts.protocols.find((one) => one.name === name);
    if (protocol === undefined) throw new RouterError('unavailable', `${name} is not spoken here`);
    return protocol;
  }

  #announce({ remoteAddress }: Handshake, { code, message: reason }: RouterError): void {
    this.#parts.events.announce('client_rejected', { remoteAddress, code, reason });
  }

  /** The first sub-protocol of the peer's list that is spoken here. An unknown one is not replaced by a guess. */
  #choose({ subprotocols: offered, url, protocol: fixed }: Handshake): {
    protocol: Protocol;
    subprotocol: string | undefined;
  } {
    const { protocols } = this.#parts;
    if (fixed !== undefined) return { protocol: this.#named(fixed), subprotocol: undefined };
    const fallback = protocols.find(({ paths = [] }) => paths.includes(url.pathname)) ?? protocols[0];
    if (offered.length === 0 && fallback !== undefined) return { protocol: fallback, subprotocol: undefined };
    for (const subprotocol of offered) {
      const protocol = protocols.find(({ subprotocols }) => subprotocols.includes(subprotocol));
      if (protocol !== undefined)
        return { protocol, subprotocol: preferred(protocol, offered) ?? subprotocol };
    }
    const spoken = protocols.flatMap(({ subprotocols }) => subprotocols).join(', ');
    throw new RouterError('bad_request', 'none of the offered sub-protocols is spoken here', {
      hint: `offer one of ${spoken}`,
    });
  }
}

/** The sub-protocol that a protocol takes of those offered, if it does not leave that to the peer. */
function preferred({ subprotocols, newestFirst }: Protocol, offered: readonly string[]): string | undefined {
  return newestFirst === true ? subprotocols.find((name) => offered.includes(name)) : undefined;
}

/** Octets of a reason in a close frame. [RFC 6455 §5.5] */
const MOST_REASON = 123;

/**
 * Browsers hide the status of a failed upgrade from the page. So bad credentials complete it and close at once with
 * a code and a reason, before anything is said or a session exists.
 */
function turnAway(
  subprotocol: string | undefined,
  { message, request }: RouterError & { readonly request: string },
): Admission {
  const name = ` (${request})`;
  const reason = cutText(`bad credentials: ${message}`, MOST_REASON - name.length) + name;
  const why = { ...DISCONNECT.badCredentials, reason };
  return {
    subprotocol,
    accept(connection) {
      connection.close(why);
      return NOBODY;
    },
  };
}

/** Listens for a peer that has been told to go. */
const NOBODY: ConnectionListener = {
  received: () => undefined,
  disconnected: () => undefined,
  end: () => undefined,
};

/** A session too many is told so, in place of the protocol's first word. */
function accept(connection: Connection, protocol: Protocol, guest: Guest): ConnectionListener {
  try {
    return protocol.accept(connection, guest);
  } catch (error) {
    if (!isRouterError(error)) throw error;
    connection.close({ ...DISCONNECT.tooMany, reason: error.message });
    return NOBODY;
  }
}
