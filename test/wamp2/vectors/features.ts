/** Every feature of a role that a session of a vector announces, unless it is `without`. */
const FEATURES: Readonly<Record<string, string>> = {
  publisher:
    'publisher_exclusion publisher_identification subscriber_blackwhite_listing payload_passthru_mode',
  subscriber:
    'publisher_identification pattern_based_subscription subscription_revocation payload_passthru_mode',
  caller:
    'caller_identification call_canceling call_timeout progressive_call_results progressive_call_invocations payload_passthru_mode',
  callee:
    'caller_identification call_canceling call_timeout call_reroute progressive_call_results progressive_call_invocations pattern_based_registration shared_registration registration_revocation payload_passthru_mode',
};

export interface Announcement {
  readonly roles?: readonly string[] | undefined;
  readonly without?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** `HELLO.Details.roles`. The specification spells one feature in two ways; both are said. */
export function announcedRoles({ roles = Object.keys(FEATURES), without = {} }: Announcement): unknown {
  const features = (role: string) => {
    const names = (FEATURES[role] ?? '').split(' ').filter((name) => !without[role]?.includes(name));
    const both = names.includes('call_canceling') ? [...names, 'call_cancelling'] : names;
    return Object.fromEntries(both.map((name) => [name, true]));
  };
  return Object.fromEntries(roles.map((role) => [role, { features: features(role) }]));
}
