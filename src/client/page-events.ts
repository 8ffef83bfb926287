/** After one of these the connection may be gone without a word: the page, or all of the machine, was asleep. */
const WAKING = ['online', 'pageshow', 'resume', 'visibilitychange'];

interface Page {
  readonly document?: { readonly visibilityState?: string };
  readonly [method: string]: unknown;
}

type Listen = (name: string, action: () => void, capture: boolean) => void;

/** What a client has to know of its page; nothing outside of browsers. */
export class PageEvents {
  readonly #woken: () => void;
  readonly #left: () => void;

  /** `left` is called when the page is about to go, unless its user stays. */
  constructor(woken: () => void, left: () => void) {
    // Nobody waits for a page that is hidden, and there may be many of them: each comes back in its own time.
    this.#woken = () => {
      if (page().document?.visibilityState !== 'hidden') woken();
    };
    this.#left = left;
  }

  /** A second time changes nothing. */
  listen(): void {
    this.#each('addEventListener');
  }

  ignore(): void {
    this.#each('removeEventListener');
  }

  /** Some are events of the document and do not bubble, but the window captures them. */
  #each(method: string): void {
    const listen = page()[method] as Listen | undefined;
    for (const name of WAKING) listen?.(name, this.#woken, true);
    listen?.('beforeunload', this.#left, true);
  }
}

function page(): Page {
  return globalThis as unknown as Page;
}
