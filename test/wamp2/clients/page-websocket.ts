import { WebSocket } from 'ws';

/** As in a page: an error that nobody listens to is no exception. */
export class PageWebSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols);
    this.on('error', () => undefined);
  }
}
