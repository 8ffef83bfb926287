/** What became of a change of files while an application is developed. */
export interface DevNews {
  /** Whether the server goes by the files as they are now. */
  readonly applied: boolean;
  /** For people: what has changed, or what is wrong. */
  readonly text: string;
}

/** Who wants to know, and what is known. */
export class DevBoard {
  readonly #listeners = new Set<(news: DevNews) => void>();
  #last: DevNews | undefined;

  /** The last news; undefined before there are any. */
  get last(): DevNews | undefined {
    return this.#last;
  }

  tell(news: DevNews): void {
    this.#last = news;
    for (const listener of this.#listeners) listener(news);
  }

  /** Returns the function that removes the listener. */
  listen(listener: (news: DevNews) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
