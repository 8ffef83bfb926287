import { Frame } from '../../core/frame.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 cannot hold: with a NUL among it that would end the message. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** An element as it goes out; attributes that are undefined are left out. `content` is XML already. */
export function writeElement(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  content?: string,
): string {
  let head = name;
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) head += ` ${key}="${escapeXml(value)}"`;
  return content === undefined ? `<${head}/>` : `<${head}>${content}</${name}>`;
}

/** A text as XML. */
export function escapeXml(text: string): string {
  return text.replace(UNWRITABLE, '').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** A message. Over WebSocket it is binary: players drop texts. */
export function xmlFrame(xml: string): Frame {
  return new Frame(Buffer.from(`${xml}\0`, 'utf8'), true);
}
