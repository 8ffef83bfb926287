/** What the router can do, as WELCOME announces it. Always objects of booleans: clients look into them. */
export const ROUTER_ROLES = {
  broker: {
    features: {
      publisher_exclusion: true,
      publisher_identification: true,
      subscriber_blackwhite_listing: true,
      pattern_based_subscription: true,
      subscription_meta_api: true,
      subscription_revocation: true,
      event_retention: true,
      event_history: true,
      session_meta_api: true,
      payload_passthru_mode: true,
    },
  },
  dealer: {
    features: {
      caller_identification: true,
      call_canceling: true,
      call_timeout: true,
      call_reroute: true,
      progressive_call_results: true,
      progressive_call_invocations: true,
      pattern_based_registration: true,
      shared_registration: true,
      registration_meta_api: true,
      registration_revocation: true,
      session_meta_api: true,
      testament_meta_api: true,
      payload_passthru_mode: true,
    },
  },
} as const;
