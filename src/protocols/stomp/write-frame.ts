import { isUtf8 } from 'node:buffer';
import { Frame } from '../../core/frame.js';
import { isUnescaped } from './header-line.js';
import { type HeaderForm, writeHeader } from './write-header.js';

export type HeaderPair = readonly [name: string, value: string];

/** How frames go out to a peer. */
export interface FrameForm extends HeaderForm {
  /** Whether LF follows the NUL of each frame, as `stomp.trailing_lf` says. */
  readonly trailingLf: boolean;
}

/** The part of a frame that many subscribers are sent alike: headers of the publication, and its body. */
export interface FrameTail {
  readonly octets: Buffer;
  /** Whether the body is not UTF-8. */
  readonly binary: boolean;
}

const LF = 0x0a;
const CONTENT_LENGTH = 'content-length';
const NOTHING = Buffer.alloc(0);

/** A frame; with a body, even an empty one, it says its length. `content-length` among the headers counts for nothing. */
export function writeFrame(
  command: string,
  headers: readonly HeaderPair[],
  body: Buffer | undefined,
  form: FrameForm,
): Frame {
  const written = isUnescaped(command) ? { ...form, version: undefined } : form;
  return joinFrame(`${command}\n`, writeTail(headers, body, written));
}

/** The beginning of a frame, which `joinFrame` completes. Of repeated headers the first counts: these come first. */
export function writeHead(command: string, headers: readonly HeaderPair[], form: HeaderForm): string {
  return `${command}\n${writeHeaders(headers, form)}`;
}

/** What follows the head: made once for all subscribers of one version. */
export function writeTail(
  headers: readonly HeaderPair[],
  body: Buffer | undefined,
  form: FrameForm,
): FrameTail {
  const length = body === undefined ? '' : `${CONTENT_LENGTH}:${body.length}\n`;
  const text = `${writeHeaders(headers, form)}${length}\n`;
  const size = Buffer.byteLength(text);
  const octets = Buffer.alloc(size + (body?.length ?? 0) + (form.trailingLf ? 2 : 1));
  octets.write(text, 'utf8');
  octets.set(body ?? NOTHING, size);
  if (form.trailingLf) octets[octets.length - 1] = LF;
  return { octets, binary: body !== undefined && !isUtf8(body) };
}

/** One subscriber's frame. */
export function joinFrame(head: string, { octets, binary }: FrameTail): Frame {
  const size = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(size + octets.length);
  bytes.write(head, 'utf8');
  bytes.set(octets, size);
  return new Frame(bytes, binary);
}

function writeHeaders(headers: readonly HeaderPair[], form: HeaderForm): string {
  let text = '';
  for (const [name, value] of headers) if (name !== CONTENT_LENGTH) text += writeHeader(name, value, form);
  return text;
}
