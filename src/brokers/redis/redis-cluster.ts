import type { ChannelQuestion, ChannelsOfNode } from '../../core/channel-summary.js';
import type { Cluster, ClusterAnswers, ClusterCommand, ClusterNode, NodeState } from '../../core/cluster.js';
import type { Logger } from '../../core/logger.js';
import type { Reply } from './connection.js';
import type { RedisLink } from './link.js';
import { BEGIN, COMMAND } from './node-scripts.js';
import { readChannels, readQuestion } from './questions.js';
import { nodeOf, pairsOf, type RedisNodes } from './redis-nodes.js';
import { readAnswer, Surveys, writeAnswer } from './surveys.js';

export interface RedisClusterParts {
  readonly link: RedisLink;
  readonly nodes: RedisNodes;
  readonly logger: Logger;
  /** Withdrawals that are remembered one by one. */
  readonly revocations: number;
  /** Milliseconds that the others have to answer. */
  readonly patience?: number;
}

/** Commands that are kept for nodes that cannot be reached now. Who has missed more ends all sessions. */
const LENGTH = 4096;
const PAGE = 256;
const PATIENCE = 1000;
/** Withdrawals of a user's credentials, and of everybody's. */
const ONE = 'u';
const EVERYBODY = '*';

/**
 * Nodes on one Redis. Commands are entries of a stream, so that a node which cannot be reached obeys when it is back; the call to
 * read it is published.
 */
export class RedisCluster implements Cluster {
  readonly #parts: RedisClusterParts;
  readonly #stream: string;
  readonly #revoked: string;
  readonly #calls: string;
  readonly #questions: string;
  readonly #surveys: Surveys;
  #node: ClusterNode | undefined;
  #last = '0-0';
  #reading: Promise<void> | undefined;
  #isCalled = false;

  constructor(parts: RedisClusterParts) {
    const { names } = parts.link;
    this.#parts = parts;
    this.#stream = names.of('ctl', '');
    this.#revoked = names.of('revoked', '');
    this.#calls = names.of('called', '');
    this.#questions = names.of('asked', '');
    this.#surveys = new Surveys(parts.patience ?? PATIENCE);
    parts.link.prepare(COMMAND, BEGIN);
    parts.link.watch({ restored: () => void this.#parts.nodes.beat().catch(() => undefined) });
  }

  get id(): string {
    return this.#parts.nodes.id;
  }

  async start(node: ClusterNode): Promise<void> {
    const { link, nodes } = this.#parts;
    this.#node = node;
    await link.subscribe(this.#calls, () => this.#read());
    await link.subscribe(this.#answers(this.id), (message) => this.#surveys.answered(String(message)));
    await link.subscribe(this.#questions, (message) => this.#answer(String(message)));
    await this.#begin();
    await nodes.start(
      () => node.state(),
      () => this.#read(),
    );
    this.#read();
  }

  async command(command: ClusterCommand): Promise<number> {
    const here = this.#node?.obey(command) ?? 0;
    const { answers } = await this.#surveys.hold(async (number) =>
      (await this.#keep(number, command)).map(nodeOf).filter((id) => id !== this.id),
    );
    return [...answers.values()].reduce((sum, count) => sum + Number(count), here);
  }

  /** Is not kept for those that cannot be reached. */
  async ask(question: ChannelQuestion): Promise<ClusterAnswers> {
    const { link } = this.#parts;
    const { asked, answers } = await this.#surveys.hold(async (number) => {
      const living = await this.nodes();
      await link.publish(this.#questions, writeAnswer(number, this.id, JSON.stringify(question)));
      return living.map(({ id }) => id).filter((id) => id !== this.id);
    });
    const read = new Map<string, ChannelsOfNode>();
    const here = this.#node?.answer(question);
    if (here !== undefined) read.set(this.id, here);
    for (const [id, text] of answers) {
      const answer = readChannels(text);
      if (answer !== undefined) read.set(id, answer);
    }
    return { answers: read, silent: asked.filter((id) => !read.has(id)) };
  }

  nodes(): Promise<readonly NodeState[]> {
    return this.#parts.nodes.living();
  }

  get silences(): ReadonlyMap<string, number> {
    return this.#parts.nodes.silences;
  }

  async close(): Promise<void> {
    const { link, nodes } = this.#parts;
    this.#node = undefined;
    link.unsubscribe(this.#calls);
    link.unsubscribe(this.#answers(this.id));
    link.unsubscribe(this.#questions);
    this.#surveys.stop();
    await nodes.close();
  }

  #answers(id: string): string {
    return this.#parts.link.names.of('answers', id);
  }

  async #keep(number: string, command: ClusterCommand): Promise<readonly string[]> {
    const { link, nodes, revocations } = this.#parts;
    const keys = [this.#stream, this.#revoked, nodes.key];
    const withdrawn = command.type === 'revoke' ? [memberOf(command.user), String(command.before)] : ['', ''];
    const living = await link.run(COMMAND, keys, [
      ...[this.id, number, JSON.stringify(command), this.#calls, publishVerb(link)],
      ...[String(nodes.lifetime), String(LENGTH), ...withdrawn, String(revocations)],
    ]);
    return Array.isArray(living) ? living.map(String) : [];
  }

  /** What was withdrawn before is known from the beginning; what else was commanded is nothing to a new node. */
  async #begin(): Promise<void> {
    const reply = await this.#parts.link.run(BEGIN, [this.#stream, this.#revoked], []);
    const [last, withdrawn] = (Array.isArray(reply) ? reply : []) as readonly Reply[];
    this.#last = String(last ?? '0-0');
    for (const [member, before] of pairsOf(withdrawn)) {
      const user = member === EVERYBODY ? undefined : member.slice(ONE.length);
      this.#node?.obey({ type: 'revoke', user, before: Number(before) });
    }
  }

  /** One reads at a time, and once more if it was called meanwhile. */
  #read(): void {
    this.#isCalled = true;
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
  }

  async #readAll(): Promise<void> {
    const { link, logger } = this.#parts;
    try {
      while (this.#isCalled) {
        this.#isCalled = false;
        const page = await link.command(this.#stream, [
          ...['XRANGE', this.#stream, `(${this.#last}`, '+', 'COUNT', String(PAGE)],
        ]);
        const entries = Array.isArray(page) ? page : [];
        for (const entry of entries) await this.#obey(entry as readonly [Buffer, readonly Buffer[]]);
        if (entries.length === PAGE) this.#isCalled = true;
      }
    } catch (error) {
      // The next sign of life reads on.
      logger.debug({ event: 'commands_not_read', error }, 'commands of other nodes not read');
    }
  }

  async #obey([id, fields]: readonly [Buffer, readonly Buffer[]]): Promise<void> {
    const { p: previous, f: from, n: number = '', c: text = '' } = Object.fromEntries(pairsOf(fields));
    if (previous !== this.#last) await this.#missed();
    this.#last = String(id);
    if (from === undefined || from === this.id) return;
    const command = this.#commandIn(text);
    if (command === undefined || this.#node === undefined) return;
    const count = this.#node.obey(command);
    this.#say(from, number, String(count));
  }

  #answer(message: string): void {
    const { number, node: from, text } = readAnswer(message);
    const question = readQuestion(text);
    if (from === this.id || question === undefined || this.#node === undefined) return;
    this.#say(from, number, JSON.stringify(this.#node.answer(question)));
  }

  /** To another node. Who asked does not wait for ever. */
  #say(to: string, number: string, text: string): void {
    this.#parts.link.publish(this.#answers(to), writeAnswer(number, this.id, text)).catch(() => undefined);
  }

  /** Whoever a lost command was about may still be here. */
  async #missed(): Promise<void> {
    this.#parts.logger.error(
      { event: 'commands_lost' },
      'commands of other nodes were lost: all sessions have to come back',
    );
    await this.#begin();
    this.#node?.missed();
  }

  #commandIn(text: string): ClusterCommand | undefined {
    try {
      return JSON.parse(text);
    } catch (error) {
      this.#parts.logger.warn(
        { event: 'command_unreadable', error },
        'a command of another node cannot be read',
      );
      return undefined;
    }
  }
}

function memberOf(user: string | undefined): string {
  return user === undefined ? EVERYBODY : ONE + user;
}

/** How scripts publish, in a Cluster by partition. */
function publishVerb({ names }: RedisLink): string {
  return names.partitions > 1 ? 'SPUBLISH' : 'PUBLISH';
}
