import type { BenchReport } from './bench.js';

/** Cores, of the one that a node, or this program, has. */
const BUSY = 0.8;
/** Milliseconds that half of the deliveries are late by where they do not keep up. */
const BEHIND = 1000;

/** A report in lines, the last of which says what the figures are bounded by. */
export function benchInWords(report: BenchReport): readonly string[] {
  const { kind, connections, latency } = report;
  const times = `p50 ${latency.p50} ms, p90 ${latency.p90} ms, p99 ${latency.p99} ms, max ${latency.max} ms`;
  const head =
    kind === 'storm'
      ? [`${connections} connections ended at once and came back, and were subscribed again after:`, times]
      : [];
  return [
    ...head,
    ...published(report),
    ...(kind === 'storm' ? recoveries(report) : [`from when each was due: ${times}`]),
    ...costs(report),
    bound(report),
  ];
}

function published(report: BenchReport): readonly string[] {
  if (report.published + report.refused === 0) return [];
  const first = report.refusal === undefined ? '' : ` (${report.refusal})`;
  return [
    `${report.published} publications to ${report.connections} subscribers, ${report.refused} refused${first}`,
    `${report.delivered} deliveries (${report.deliveredPercent} %), ${report.deliveriesPerSecond} in a second, ${report.duplicates} twice`,
  ];
}

function recoveries({
  recovered,
  gaps,
  lost,
  lostSilently,
  connections,
  published,
}: BenchReport): readonly string[] {
  if (published === 0) return ['nothing was published meanwhile: with a key it counts what is lost'];
  if (recovered + gaps === 0)
    return [
      `the channel, or the protocol, promises nothing to who comes back: ${lost} deliveries were missed`,
    ];
  return [
    `${recovered} of ${connections} recovered, ${gaps} were told of a gap; ${lost} deliveries were missed, ${lostSilently} of them without a word`,
  ];
}

function costs({ connectionsLost, cpu, serverCpu }: BenchReport): readonly string[] {
  const server =
    serverCpu === undefined ? 'the server does not tell what it used' : `the server ${serverCpu}`;
  return [`${connectionsLost} connections lost; this program used ${cpu} of a core, ${server}`];
}

function bound({
  cpu,
  serverCpu = 0,
  refused,
  kind,
  latency,
  published: sent,
  delivered,
}: BenchReport): string {
  if (kind !== 'storm' && sent > 0 && delivered === 0)
    return 'nothing was measured, as nothing came back as it was published: does the handler of the channel pass on something else?';
  if (cpu > BUSY && serverCpu <= BUSY)
    return 'bounded by this program, which used all of a core: use fewer connections, or several machines';
  if (cpu > BUSY)
    return 'bounded by both, which used all of a core each: several machines would show more of the server';
  if (serverCpu > BUSY) return 'bounded by the server, which used all of a core';
  if (kind !== 'storm' && latency.p50 > BEHIND)
    return 'bounded by the server, or by what else runs there: deliveries fell behind what was asked for';
  if (refused > 0) return 'bounded by what was refused';
  if (kind === 'storm') return 'bounded by neither: both had time left';
  return 'bounded by what was asked for: both had time left; ask for a higher --rate or more --connections';
}
