/** One encoded message. Immutable, and shared by every recipient that reads the same bytes. */
export class Frame {
  readonly bytes: Buffer;
  readonly binary: boolean;

  constructor(bytes: Buffer, binary = false) {
    this.bytes = bytes;
    this.binary = binary;
  }

  static text(text: string): Frame {
    return new Frame(Buffer.from(text, 'utf8'));
  }
}
