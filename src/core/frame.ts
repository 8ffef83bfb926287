/** One encoded message. Immutable, and shared by every recipient that reads the same bytes. */
export class Frame {
  readonly bytes: Buffer;
  readonly binary: boolean;
  /** The same bytes inside a transport's envelope: filled by the first send, reused by all others. */
  framed: Buffer | undefined;

  constructor(bytes: Buffer, binary = false) {
    this.bytes = bytes;
    this.binary = binary;
    this.framed = undefined;
  }

  static text(text: string): Frame {
    return new Frame(Buffer.from(text, 'utf8'));
  }
}
