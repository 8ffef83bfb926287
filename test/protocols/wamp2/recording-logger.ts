import type { Logger } from '../../../src/core/logger.js';

/** Keeps the text of its lines. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  readonly debug = (_fields: object, text: string): void => void this.lines.push(text);
  readonly info = this.debug;
  readonly warn = this.debug;
  readonly error = this.debug;
}
