/** What one event says. Neither id nor name may have line ends in them: they are the server's own words. */
export interface StreamEvent {
  readonly id?: string;
  /** `message` to browsers unless given. */
  readonly event?: string;
  /** Octets of JSON. */
  readonly data: Buffer;
}

const LF = 0x0a;
const CR = 0x0d;
const END = Buffer.from('\n\n');

/** The octets of an event. Data of several lines is as many fields. [HTML §9.2.6] */
export function writeEvent({ id = '', event = '', data }: StreamEvent): Buffer {
  const head = `${id === '' ? '' : `id: ${id}\n`}${event === '' ? '' : `event: ${event}\n`}data: `;
  const lines = data.includes(LF) || data.includes(CR) ? ofOneField(data) : data;
  const octets = Buffer.allocUnsafe(head.length + lines.length + END.length);
  octets.write(head, 0, 'latin1');
  octets.set(lines, head.length);
  octets.set(END, head.length + lines.length);
  return octets;
}

/** The line ends of JSON are white space: any of them will do. */
function ofOneField(data: Buffer): Buffer {
  return Buffer.from(data.toString('utf8').replaceAll(/\r\n|\r|\n/g, '\ndata: '), 'utf8');
}
