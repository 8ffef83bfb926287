/**
 * The work loads. Each measures `subject` (what one unit costs the server's CPU) for the servers named; `plan`
 * is what the generator sets up, and `cap` how many deliveries it keeps under way.
 */
const SATURATING = 8000;
const UNHEARD = 199;

/** Every publication waits for the last subscriber of the one before: nobody can join anything. */
const lock = (subscribers) => ({
  title: `lock ${subscribers}: one publication at a time, ${subscribers} subscribers`,
  unit: 'delivery',
  servers: ['net-write', 'ws', 'socket-io', 'nats', 'signalbox'],
  plan: { channels: 1, subscribers, unheard: 0 },
  cap: subscribers,
});

const fanout = (subscribers) => ({
  title: `fanout ${subscribers}: one channel, as much as it takes`,
  unit: 'delivery',
  servers: ['net-write', 'net-concat', 'ws', 'socket-io', 'nats', 'signalbox'],
  plan: { channels: 1, subscribers, unheard: 0 },
  cap: Math.max(2 * subscribers, SATURATING),
});

const many = (subscribers) => ({
  title: `many: ${subscribers / 5} channels of 5 subscribers, published to in turn`,
  unit: 'delivery',
  servers: ['net-write', 'net-concat', 'ws', 'socket-io', 'nats', 'signalbox'],
  plan: { channels: subscribers / 5, subscribers: 5, unheard: 0 },
  cap: SATURATING,
});

const inbound = (subscribers) => ({
  title:
    subscribers === 0
      ? `inbound 0: nobody hears it (but one publication of ${UNHEARD + 1}, to keep count)`
      : 'inbound 1: one subscriber',
  unit: 'publication',
  servers: ['net-concat', 'ws', 'socket-io', 'nats', 'signalbox'],
  plan: { channels: 1, subscribers: 1, unheard: subscribers === 0 ? UNHEARD : 0 },
  cap: subscribers === 0 ? SATURATING / (UNHEARD + 1) : SATURATING,
});

const idle = (subscribers) => ({
  title: `idle ${subscribers}: connections with one subscription each, on ${subscribers / 10} channels`,
  unit: 'connection',
  isIdle: true,
  servers: ['net-write', 'ws', 'socket-io', 'nats', 'signalbox'],
  plan: { channels: subscribers / 10, subscribers: 10, unheard: 0 },
});

/** Work loads by name: what takes a number of subscribers, and the numbers of the goals. */
export const WORKS = {
  lock: { make: lock, sizes: [1000] },
  fanout: { make: fanout, sizes: [100, 1000, 5000] },
  many: { make: many, sizes: [5000] },
  inbound: { make: inbound, sizes: [0, 1] },
  idle: { make: idle, sizes: [10_000] },
};
