import { errors } from 'jose';
import { isRouterError, RouterError } from '../core/errors.js';
import { IdentityFault } from './identity.js';

/** The refusal of a JWT; `reason` goes on from "the token" and has nothing of the token in it. */
export function jwtRefusal(reason: string): RouterError {
  return new RouterError('unauthorized', `the token ${reason}`, {
    hint: 'get a fresh token from its issuer',
  });
}

/** What may be told of whatever went wrong: who cannot sign learns nothing but that he cannot. */
export function jwtRefusalOf(error: unknown): RouterError {
  if (isRouterError(error)) return error;
  if (error instanceof IdentityFault) return jwtRefusal(error.message);
  if (error instanceof errors.JWTExpired)
    return jwtRefusal(error.claim === 'iat' ? 'is too old' : 'is expired');
  if (error instanceof errors.JWTClaimValidationFailed) return jwtRefusal(reasonOf(error));
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return jwtRefusal('is malformed');
  return jwtRefusal('is not signed by a known key');
}

function reasonOf({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (claim === 'aud') return 'is not for this audience';
  if (claim === 'iss') return 'is not of a known issuer';
  if (claim === 'exp' && reason === 'missing') return 'has no expiry';
  if (reason === 'check_failed') return 'is not valid yet';
  return 'is malformed';
}
