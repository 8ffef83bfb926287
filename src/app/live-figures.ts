/** A figure for one combination of labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type Figure = number | readonly Sample[];

/** What is counted in plain fields on the hot path and read only when somebody asks. */
export interface LiveFigures {
  readonly build: readonly Sample[];
  readonly ready: number;
  readonly load: number;
  readonly routes: number;
  readonly connections: readonly Sample[];
  readonly sessions: readonly Sample[];
  readonly sentBytes: readonly Sample[];
  readonly topics: number;
  readonly subscriptions: number;
  readonly presenceMembers: number;
  readonly presenceWatched: number;
  readonly tickets: number;
  readonly publications: number;
  readonly deliveries: number;
  readonly conflated: number;
  readonly routePublications: readonly Sample[];
  readonly routeDeliveries: readonly Sample[];
  readonly routeRefusals: readonly Sample[];
  readonly routeChannels: readonly Sample[];
  readonly routeSubscribers: readonly Sample[];
  readonly calls: number;
  readonly pendingCalls: number;
  readonly registrations: number;
  readonly queues: number;
  readonly queueMessages: number;
  readonly queueUnacknowledged: number;
  readonly brokerUp: number;
  readonly storeCommits: number;
  readonly storePending: number;
}
