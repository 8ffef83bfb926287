import type { ServerResponse } from 'node:http';
import type { HttpReply } from '../core/http.js';

/** A reply whose body has no end that is known: status and headers are set, and what follows is written by `stream`. */
export interface StreamReply extends HttpReply {
  readonly stream: (response: ServerResponse) => void;
}

export function isStream(reply: HttpReply): reply is StreamReply {
  return 'stream' in reply;
}
