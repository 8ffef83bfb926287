/** Code of the first virtual machine of Flash Player, which has a stack. [SWF §Actions] */
type Code = Buffer;

const ACTION = {
  pop: 0x17,
  getVariable: 0x1c,
  setVariable: 0x1d,
  trace: 0x26,
  newObject: 0x40,
  add: 0x47,
  setMember: 0x4f,
  callMethod: 0x52,
  push: 0x96,
  defineFunction: 0x9b,
} as const;

const TAG = { end: 0, showFrame: 1, doAction: 12 } as const;

/** Twips: a film of 550 by 400 pixels, which nobody sees. */
const STAGE = Buffer.from([0x78, 0x00, 0x05, 0x5f, 0x00, 0x00, 0x0f, 0xa0, 0x00]);
const FRAMES_PER_SECOND = 12;

/** A film of version 6 that has one frame, and does this in it. */
export function film(...code: readonly Code[]): Buffer {
  const tags = [tag(TAG.doAction, Buffer.concat([...code, Buffer.of(0)])), tag(TAG.showFrame), tag(TAG.end)];
  const rest = Buffer.concat([STAGE, Buffer.of(0, FRAMES_PER_SECOND), word(1), ...tags]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(8 + rest.length);
  return Buffer.concat([Buffer.from('FWS'), Buffer.of(6), size, rest]);
}

export function literal(value: string | number): Code {
  const octets = Buffer.alloc(5, 7);
  if (typeof value === 'number') octets.writeInt32LE(value, 1);
  return action(ACTION.push, typeof value === 'number' ? octets : Buffer.concat([Buffer.of(0), text(value)]));
}

/** The value of a variable. */
export function value(name: string): Code {
  return Buffer.concat([literal(name), Buffer.of(ACTION.getVariable)]);
}

/** `name = value` */
export function assign(name: string, to: Code): Code {
  return Buffer.concat([literal(name), to, Buffer.of(ACTION.setVariable)]);
}

/** `variable.name = value` */
export function assignMember(variable: string, name: string, to: Code): Code {
  return Buffer.concat([value(variable), literal(name), to, Buffer.of(ACTION.setMember)]);
}

/** `new Class()` */
export function create(name: string): Code {
  return Buffer.concat([literal(0), literal(name), Buffer.of(ACTION.newObject)]);
}

/** `variable.name(...args);` */
export function call(variable: string, name: string, ...args: readonly Code[]): Code {
  const target = [literal(args.length), value(variable), literal(name)];
  return Buffer.concat([...args.toReversed(), ...target, Buffer.of(ACTION.callMethod, ACTION.pop)]);
}

/** `trace(label + what);` */
export function trace(label: string, what: Code): Code {
  return Buffer.concat([literal(label), what, Buffer.of(ACTION.add, ACTION.trace)]);
}

/** `function (parameter) { ... }` */
export function lambda(parameter: string, ...code: readonly Code[]): Code {
  const body = Buffer.concat(code);
  const head = Buffer.concat([text(''), word(1), text(parameter), word(body.length)]);
  return Buffer.concat([action(ACTION.defineFunction, head), body]);
}

function action(code: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.of(code), word(data.length), data]);
}

function tag(code: number, data = Buffer.alloc(0)): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  const isLong = data.length >= 63;
  return Buffer.concat([word((code << 6) | (isLong ? 63 : data.length)), ...(isLong ? [size] : []), data]);
}

function word(number: number): Buffer {
  return Buffer.of(number & 0xff, number >> 8);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'utf8');
}
