import type { Frame } from '../../core/frame.js';
import type { Publication } from '../../core/publication.js';
import type { StompVersion } from './version.js';
import {
  type FrameForm,
  type FrameTail,
  type HeaderPair,
  joinFrame,
  writeHead,
  writeTail,
} from './write-frame.js';

/** Writes publications as MESSAGEs: what all subscribers of one version read alike is written once. */
export class MessageWriter {
  /** Subscribers are served one publication after the other, so the last one is all that is remembered. */
  #newest: Publication | undefined;
  #tails: Partial<Record<StompVersion, FrameTail>> = {};

  /** A MESSAGE with these headers before those of its publication, which cannot replace them. [STOMP 1.2 §MESSAGE] */
  write(head: readonly HeaderPair[], publication: Publication, form: FrameForm): Frame {
    return joinFrame(writeHead('MESSAGE', head, form), this.#tail(publication, form));
  }

  #tail(publication: Publication, form: FrameForm): FrameTail {
    const { version = '1.0' } = form;
    if (publication !== this.#newest) {
      this.#newest = publication;
      this.#tails = {};
    }
    return (this.#tails[version] ??= writeTail(headersOf(publication), publication.payload.bytes, form));
  }
}

function headersOf({ payload, headers }: Publication): readonly HeaderPair[] {
  const type: HeaderPair = ['content-type', payload.contentType];
  return headers === undefined ? [type] : [type, ...Object.entries(headers)];
}
