import type { StompVersion } from './version.js';

/** How headers go out to a peer. */
export interface HeaderForm {
  /** Undefined before it is agreed on, and in CONNECTED: nothing is escaped. */
  readonly version: StompVersion | undefined;
  /** Told of a header that is left out because the version cannot say it. */
  dropped?(name: string): void;
}

/** What cannot go out as it is. */
const SPECIAL = /[\0\n\r:\\]/;
/** What no escape stands for. Before a line end CR would vanish, so that 1.1 does not say it. */
const UNSPEAKABLE: Readonly<Record<StompVersion, RegExp>> = {
  '1.0': /[\0\n\r]/,
  '1.1': /[\0\r]/,
  '1.2': /\0/,
};
const ESCAPED = /[\n\r:\\]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', ':': '\\c', '\\': '\\\\' };

/**
 * A header as one line, or nothing where the version has no way to say it: what is written never ends a header, a frame or
 * a name before its time. [STOMP 1.2 §Value Encoding]
 */
export function writeHeader(name: string, value: string, form: HeaderForm): string {
  if (name !== '' && !SPECIAL.test(name) && !SPECIAL.test(value)) return `${name}:${value}\n`;
  const { version = '1.0' } = form;
  const unspeakable = UNSPEAKABLE[version];
  if (name === '' || unspeakable.test(name) || unspeakable.test(value) || isSplit(name, version)) {
    form.dropped?.(name);
    return '';
  }
  return version === '1.0' ? `${name}:${value}\n` : `${writeEscapes(name)}:${writeEscapes(value)}\n`;
}

/** Whether a reader would take only the beginning of the name for it. */
function isSplit(name: string, version: StompVersion): boolean {
  return version === '1.0' && name.includes(':');
}

function writeEscapes(text: string): string {
  return text.replace(ESCAPED, (special) => ESCAPES[special] ?? special);
}
