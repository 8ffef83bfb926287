import { parentPort } from 'node:worker_threads';
import type { StoreAnswer, StoredRow, StoredRows } from './store-requests.js';

export const NO_ROWS: StoredRows = { rows: [], hasMore: false };

/** Says that the file is open, and answers one request after the other. Where it cannot be opened the thread says why and ends. */
export function answerRequests<Request>(open: () => (request: Request) => StoredRows): void {
  const answer = openOrEnd(open);
  parentPort?.on('message', (request: Request) => {
    try {
      say(answer(request));
    } catch (error) {
      say(faultOf(error));
    }
  });
  say(NO_ROWS);
}

/** The library gives octets of many rows as an ArrayBuffer, of one as a Buffer. */
export function rowOf(found: unknown): StoredRow {
  const {
    key,
    attempts = 0,
    until,
    about,
    body,
  } = found as Omit<StoredRow, 'body'> & { readonly body: ArrayBuffer };
  const row = { key, attempts, about, body: new Uint8Array(body) };
  return until === undefined ? row : { ...row, until };
}

function openOrEnd<Request>(open: () => (request: Request) => StoredRows): (request: Request) => StoredRows {
  try {
    return open();
  } catch (error) {
    say(faultOf(error));
    process.exit();
  }
}

function say(answer: StoreAnswer): void {
  parentPort?.postMessage(answer);
}

/** The errors of the library are not of this thread's class. */
function faultOf(error: unknown): StoreAnswer {
  const { message, code } = error as { message?: string; code?: string };
  return { fault: message ?? code ?? String(error) };
}
