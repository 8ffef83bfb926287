/** Where a step of a trace stands, as HTTP and brokers carry it. [W3C Trace Context §traceparent] */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** 1 where the trace is recorded. */
  readonly traceFlags: number;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const LENGTH = 55;
const ZEROS = /^0+$/;

/** Undefined for what is no `traceparent` of version 00. */
export function readTraceparent(text: unknown): TraceContext | undefined {
  if (typeof text !== 'string' || text.length !== LENGTH) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(text) ?? [];
  if (traceId === '' || ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}

/** What a peer may have said by `traceparent`, as long as it has to be; whatever else it is, is not kept. */
export function traceparentOf(said: unknown): string | undefined {
  return typeof said === 'string' && said.length === LENGTH ? said : undefined;
}

export function writeTraceparent({ traceId, spanId, traceFlags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${traceFlags === 0 ? '00' : '01'}`;
}
