const DONE = 4;

/** What AutobahnJS uses of a page's XMLHttpRequest. */
export class PageXmlHttpRequest {
  withCredentials = false;
  timeout = 0;
  onreadystatechange: () => void = () => undefined;
  ontimeout: () => void = () => undefined;
  readyState = 0;
  /** 0 where there was no answer. */
  status = 0;
  statusText = '';
  responseText = '';
  readonly #headers = new Headers();
  #method = '';
  #url = '';

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.set(name, value);
  }

  send(body = ''): void {
    void this.#fetch(body).finally(() => {
      this.readyState = DONE;
      this.onreadystatechange();
    });
  }

  async #fetch(body: string): Promise<void> {
    try {
      const options = { method: this.#method, headers: this.#headers, body };
      const response = await fetch(this.#url, { ...options, signal: AbortSignal.timeout(this.timeout) });
      const text = await response.text();
      Object.assign(this, {
        status: response.status,
        statusText: response.statusText,
        responseText: text,
      });
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') this.ontimeout();
    }
  }
}
