import { Survey } from './survey.js';

/** The questions of this node that are being answered. */
export class Surveys {
  readonly #patience: number;
  readonly #open = new Map<string, Survey>();
  #numbered = 0;

  /** `patience` is how long is waited for nodes that are silent, in milliseconds. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /**
   * Asks by `ask`, which is given the number of the question and resolves to the nodes that are to answer it; then resolves to what those
   * say that answer in time.
   */
  async hold(ask: (number: string) => Promise<readonly string[]>): Promise<Answers> {
    const number = String(++this.#numbered);
    const survey = new Survey(this.#patience);
    this.#open.set(number, survey);
    try {
      const asked = await ask(number);
      return { asked, answers: await survey.answersOf(asked) };
    } finally {
      this.#open.delete(number);
    }
  }

  /** An answer of a node, as `writeAnswer` has it. */
  answered(message: string): void {
    const { number, node, text } = readAnswer(message);
    this.#open.get(number)?.answer(node, text);
  }

  /** Waits for nobody any longer. */
  stop(): void {
    for (const survey of this.#open.values()) survey.stop();
  }
}

export interface Answers {
  readonly asked: readonly string[];
  /** By node. */
  readonly answers: ReadonlyMap<string, string>;
}

/** What a node says about the question of a number, also the question itself. */
export function writeAnswer(number: string, node: string, text: string): string {
  return `${number} ${node} ${text}`;
}

export function readAnswer(message: string) {
  const [, number = '', node = '', text = ''] = /^(\S+) (\S+) (.*)$/s.exec(message) ?? [];
  return { number, node, text };
}
