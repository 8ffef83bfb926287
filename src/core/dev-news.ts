/** What became of a change of files while an application is developed. */
export interface DevNews {
  /** Whether the server goes by the files as they are now. */
  readonly applied: boolean;
  /** For people: what has changed, or what is wrong. */
  readonly text: string;
}

/** Who is told. */
export interface DevListener {
  /** The application has changed, or is wrong. */
  news(news: DevNews): void;
  /** A page, or a part of one, is another. */
  pagesChanged(): void;
}

/** Who wants to know, and what is known. */
export class DevBoard {
  readonly #listeners = new Set<DevListener>();
  #last: DevNews | undefined;

  /** The last news; undefined before there are any. */
  get last(): DevNews | undefined {
    return this.#last;
  }

  tell(news: DevNews): void {
    this.#last = news;
    for (const listener of this.#listeners) listener.news(news);
  }

  tellOfPages(): void {
    for (const listener of this.#listeners) listener.pagesChanged();
  }

  /** Returns the function that removes the listener. */
  listen(listener: DevListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
