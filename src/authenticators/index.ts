export { AnonymousAuthenticator } from './anonymous-authenticator.js';
export { authenticatorChain } from './authenticator-chain.js';
export { KeyAuthenticator } from './key-authenticator.js';
export { type ListenAddress, OriginPolicy, type OriginSettings } from './origin.js';
export { Revocations, revocable } from './revocations.js';
export { mintTicket, type TicketGrant } from './ticket.js';
export { TicketAuthenticator } from './ticket-authenticator.js';
