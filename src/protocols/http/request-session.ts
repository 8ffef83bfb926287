import { type Principal, Session, sessionId } from '../../core/session.js';
import { NullConnection } from './null-connection.js';

/** A session for one request. It is not opened in the router, since nobody stays to be counted or addressed. */
export function requestSession(principal: Principal, remoteAddress: string): Session {
  const connection = new NullConnection(remoteAddress);
  return new Session({ id: sessionId(), protocol: 'http', principal, connection, end: () => undefined });
}
