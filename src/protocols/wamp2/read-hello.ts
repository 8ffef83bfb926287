import { Attributes } from './attributes.js';
import type { HelloDetails, Role } from './messages.js';

const ROLES = ['publisher', 'subscriber', 'caller', 'callee'] as const satisfies readonly Role[];

/** What a client says of itself. Throws a `Wamp2Error` that names what is wrong. [WAMP2 §HELLO] */
export function readHello(details: Attributes): HelloDetails {
  return {
    roles: readRoles(details.record('roles') ?? {}),
    agent: details.text('agent'),
    authmethods: details.texts('authmethods'),
    authid: details.text('authid'),
    authextra: details.record('authextra'),
  };
}

function readRoles(value: Readonly<Record<string, unknown>>): HelloDetails['roles'] {
  const roles = new Attributes('HELLO.Details.roles', value);
  const announced: Partial<Record<Role, ReadonlySet<string>>> = {};
  for (const role of ROLES) {
    const given = roles.record(role);
    if (given !== undefined)
      announced[role] = readFeatures(new Attributes(`HELLO.Details.roles.${role}`, given));
  }
  return announced;
}

function readFeatures(role: Attributes): ReadonlySet<string> {
  const features = role.record('features') ?? {};
  return new Set(Object.keys(features).filter((name) => features[name] === true));
}
