import type { Broker } from '../../core/broker.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { Payload } from '../../core/payload.js';
import type { Publication } from '../../core/publication.js';
import type { Suite } from './contract.js';

/** A broker under test, connected to the same service as the others that one `create` call makes. */
export interface BrokerFixture {
  /** One broker for each node. */
  readonly nodes: readonly Broker[];
  close?(): Promise<void>;
}

export interface BrokerWorld {
  /** The brokers of the check that runs. */
  readonly nodes: readonly Broker[];
  /** What each node was given to deliver. */
  readonly delivered: readonly Publication[][];
  /** Channels that something was missed on. */
  readonly lost: readonly string[];
  first(): Broker;
  everywhere(action: (node: Broker) => unknown): Promise<unknown[]>;
  /** The names of what each node was given on a channel. */
  received(channel: string): string[][];
  /** The names of what each node reads. */
  kept(read: (node: Broker) => MaybePromise<readonly Publication[]>): Promise<string[][]>;
  /** The same for each node. */
  same(names: readonly string[]): readonly (readonly string[])[];
  /** Nodes in place of those that there were. */
  renew(): Promise<Broker>;
}

/** Started brokers for each check, closed after it. */
export function brokerWorld(
  { beforeEach, afterEach }: Suite,
  create: () => Promise<BrokerFixture> | BrokerFixture,
): BrokerWorld {
  let fixture: BrokerFixture = { nodes: [] };
  let delivered: Publication[][] = [];
  let lost: string[] = [];
  beforeEach(async () => {
    fixture = await create();
    delivered = fixture.nodes.map(() => []);
    lost = [];
    await Promise.all(
      fixture.nodes.map((node, i) =>
        node.start({
          deliver: (publication) => void delivered[i]?.push(publication),
          lost: (channel) => void lost.push(channel),
        }),
      ),
    );
  });
  afterEach(async () => {
    for (const node of fixture.nodes) await node.close();
    await fixture.close?.();
  });

  const everywhere = (action: (node: Broker) => unknown) => Promise.all(fixture.nodes.map(action));
  return {
    get nodes() {
      return fixture.nodes;
    },
    get delivered() {
      return delivered;
    },
    get lost() {
      return lost;
    },
    first: () => fixture.nodes[0] as Broker,
    everywhere,
    received: (channel) =>
      delivered.map((publications) =>
        publications.filter((publication) => publication.channel === channel).map(({ id }) => nameOf(id)),
      ),
    async kept(read) {
      const lists = (await everywhere(read)) as (readonly Publication[])[];
      return lists.map((list) => list.map(({ id }) => nameOf(id)));
    },
    same: (names) => fixture.nodes.map(() => names),
    async renew() {
      fixture = await create();
      return fixture.nodes[0] as Broker;
    },
  };
}

/** The publication that a test calls so. */
export function publication(channel: string, name: string): Publication {
  const payload = Payload.of({ id: name });
  return { id: idOf(name), channel, payload, time: 1_700_000_000_000, audience: undefined };
}

const FIRST = 1_000_000;
const names: string[] = [];

/** Ids are numbers. */
function idOf(name: string): string {
  if (/^[1-9]\d{0,5}$/.test(name)) return name;
  const known = names.indexOf(name);
  return String(FIRST + (known === -1 ? names.push(name) - 1 : known));
}

function nameOf(id: string): string {
  return names[Number(id) - FIRST] ?? id;
}
