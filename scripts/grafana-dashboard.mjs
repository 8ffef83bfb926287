// Writes grafana/signalbox.json; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../grafana/signalbox.json', import.meta.url));
const SOURCE = { type: 'prometheus', uid: '$datasource' };
const HERE = '{job=~"$job",instance=~"$instance"}';
const WIDTH = 24;
const HEIGHT = 8;

/** Title, unit, and what is drawn: a query in which METRIC[labels] stands for the metric of the chosen nodes, and its legend. */
const ROWS = {
  Traffic: [
    ['Publications', 'cps', [[rate('signalbox_publications_total', 'instance'), '{{instance}}']]],
    ['Deliveries', 'cps', [[rate('signalbox_deliveries_total', 'instance'), '{{instance}}']]],
    ['Octets sent', 'Bps', [[rate('signalbox_sent_bytes_total', 'transport'), '{{transport}}']]],
    [
      'Calls',
      'cps',
      [
        [rate('signalbox_calls_total', 'instance'), '{{instance}}'],
        [sum('signalbox_pending_calls'), 'not answered yet'],
        [sum('signalbox_registrations'), 'registrations'],
      ],
    ],
  ],
  Routes: [
    ['Publications', 'cps', [[rate('signalbox_route_publications_total', 'route'), '{{route}}']]],
    ['Deliveries', 'cps', [[rate('signalbox_route_deliveries_total', 'route'), '{{route}}']]],
    ['Refusals', 'cps', [[rate('signalbox_route_refusals_total', 'route'), '{{route}}']]],
    [
      'Subscribers and channels',
      'short',
      [
        [sum('signalbox_route_subscribers', 'route'), '{{route}}'],
        [sum('signalbox_route_channels', 'route'), 'channels, {{route}}'],
      ],
    ],
  ],
  Subscribers: [
    ['Connections', 'short', [[sum('signalbox_connections', 'transport'), '{{transport}}']]],
    ['Sessions', 'short', [[sum('signalbox_sessions', 'protocol'), '{{protocol}}']]],
    [
      'Subscriptions and channels',
      'short',
      [
        [sum('signalbox_subscriptions'), 'subscriptions'],
        [sum('signalbox_topics'), 'live channels'],
        [sum('signalbox_presence_members'), 'present'],
        [sum('signalbox_presence_watched'), 'watched channels'],
      ],
    ],
    ['Disconnects', 'cps', [[rate('signalbox_disconnects_total', 'code'), '{{code}}']]],
  ],
  Health: [
    ['Ready', 'short', [[`signalbox_ready${HERE}`, '{{instance}}']]],
    ['Load', 'short', [[`signalbox_load${HERE}`, '{{instance}}']]],
    ['Delay of the event loop, p99', 's', [[`nodejs_eventloop_lag_p99_seconds${HERE}`, '{{instance}}']]],
    ['Handlers, p99', 's', [[quantile('signalbox_handler_seconds', 'route, hook'), '{{route}} {{hook}}']]],
  ],
  Delivery: [
    ['Recoveries', 'cps', [[rate('signalbox_recoveries_total', 'recovered'), 'recovered: {{recovered}}']]],
    ['Gaps', 'cps', [[rate('signalbox_gaps_total', 'instance'), '{{instance}}']]],
    [
      'Slow consumers',
      'cps',
      [
        [rate('signalbox_conflated_total', 'instance'), 'conflated, {{instance}}'],
        [rate('signalbox_throttled_total', 'limit'), 'not read, {{limit}}'],
      ],
    ],
    [
      'Queues',
      'short',
      [
        [`max(signalbox_queues${HERE})`, 'queues'],
        [`max(signalbox_queue_messages${HERE})`, 'messages'],
        [`max(signalbox_queue_unacknowledged${HERE})`, 'not acknowledged'],
        [rate('signalbox_redeliveries_total'), 'given out again, a second'],
        [rate('signalbox_dead_letters_total', 'reason'), 'dead, a second, {{reason}}'],
      ],
    ],
  ],
  Refusals: [
    ['Requests refused', 'cps', [[rate('signalbox_refusals_total', 'code'), '{{code}}']]],
    ['HTTP requests refused', 'cps', [[rate('signalbox_http_refusals_total', 'code'), '{{code}}']]],
    ['Connections refused', 'cps', [[rate('signalbox_refused_connections_total', 'code'), '{{code}}']]],
    ['Limits reached', 'cps', [[rate('signalbox_limits_reached_total', 'limit'), '{{limit}}']]],
  ],
  Identity: [
    [
      'Tickets',
      'cps',
      [
        [rate('signalbox_oro_tickets_total', 'outcome'), '{{outcome}}'],
        [sum('signalbox_tickets'), 'remembered'],
      ],
    ],
    ['Keys of tokens', 'cps', [[rate('signalbox_jwks_fetches_total', 'outcome'), '{{outcome}}']]],
    [
      'Questions to the application',
      'cps',
      [[rate('signalbox_auth_questions_total', 'outcome'), '{{outcome}}']],
    ],
    [
      'Answers of peers',
      'cps',
      [[rate('signalbox_auth_challenges_total', 'method, outcome'), '{{method}} {{outcome}}']],
    ],
  ],
  'Versions and protocols': [
    ['Versions', 'short', [[`count(signalbox_build_info${HERE}) by (version)`, '{{version}}']]],
    [
      'Routes and reloads',
      'short',
      [
        [`signalbox_routes${HERE}`, 'routes, {{instance}}'],
        [increase('signalbox_reloads_total', 'outcome'), 'reloads, {{outcome}}'],
      ],
    ],
    ['Malformed messages', 'cps', [[rate('signalbox_malformed_messages_total', 'protocol'), '{{protocol}}']]],
    ['Tolerated frames of STOMP', 'cps', [[rate('signalbox_stomp_tolerated_total', 'what'), '{{what}}']]],
  ],
  Redis: [
    ['Broker up', 'short', [[`signalbox_broker_up${HERE}`, '{{instance}}']]],
    ['Round trip, p99', 's', [[quantile('signalbox_broker_roundtrip_seconds', 'instance'), '{{instance}}']]],
    [
      'Losses',
      'cps',
      [
        [rate('signalbox_broker_losses_total', 'instance'), 'losses, {{instance}}'],
        [rate('signalbox_degraded_publications_total', 'instance'), 'degraded publications, {{instance}}'],
        [rate('signalbox_foreign_messages_total', 'instance'), 'foreign messages, {{instance}}'],
        [rate('signalbox_presence_failures_total', 'instance'), 'failures of presence, {{instance}}'],
      ],
    ],
    [
      'The store',
      'short',
      [
        [sum('signalbox_store_pending', 'instance'), 'wait, {{instance}}'],
        [rate('signalbox_store_commits_total', 'instance'), 'commits, {{instance}}'],
      ],
    ],
  ],
  Process: [
    ['Processor', 'percentunit', [[rate('process_cpu_seconds_total', 'instance'), '{{instance}}']]],
    ['Memory', 'bytes', [[`process_resident_memory_bytes${HERE}`, '{{instance}}']]],
    ['Open files', 'short', [[`process_open_fds${HERE}`, '{{instance}}']]],
    [
      'Garbage collection',
      's',
      [[`sum(rate(nodejs_gc_duration_seconds_sum${HERE}[$__rate_interval])) by (instance)`, '{{instance}}']],
    ],
  ],
};

const wanted = JSON.stringify(dashboard());
if (current() !== wanted && process.argv.includes('--check')) {
  console.error('grafana/signalbox.json is not up to date: run node scripts/grafana-dashboard.mjs');
  process.exitCode = 1;
} else if (current() !== wanted) writeFileSync(FILE, `${JSON.stringify(dashboard(), null, 2)}\n`);

/** However it is laid out. */
function current() {
  try {
    return JSON.stringify(JSON.parse(readFileSync(FILE, 'utf8')));
  } catch {
    return undefined;
  }
}

function dashboard() {
  return {
    title: 'signalbox',
    uid: 'signalbox',
    tags: ['signalbox'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        variable('job', 'label_values(signalbox_build_info, job)'),
        variable('instance', 'label_values(signalbox_build_info{job=~"$job"}, instance)'),
      ],
    },
    panels: panels(),
  };
}

function variable(name, query) {
  const choice = { multi: true, includeAll: true, current: { text: 'All', value: '$__all' } };
  return { name, label: name, type: 'query', datasource: SOURCE, query, refresh: 2, ...choice };
}

function panels() {
  let y = 0;
  let id = 0;
  return Object.entries(ROWS).flatMap(([title, graphs]) => {
    const head = {
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: WIDTH, h: 1 },
    };
    const w = WIDTH / graphs.length;
    const drawn = graphs.map((graph, at) =>
      panel(graph, { id: ++id, gridPos: { x: at * w, y, w, h: HEIGHT } }),
    );
    y += HEIGHT;
    return [head, ...drawn];
  });
}

function panel([title, unit, queries], place) {
  return {
    ...place,
    type: 'timeseries',
    title,
    datasource: SOURCE,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: SOURCE,
      expr,
      legendFormat,
    })),
  };
}

function rate(metric, by) {
  return `sum(rate(${metric}${HERE}[$__rate_interval]))${by === undefined ? '' : ` by (${by})`}`;
}

function increase(metric, by) {
  return `sum(increase(${metric}${HERE}[$__rate_interval])) by (${by})`;
}

function sum(metric, by) {
  return by === undefined ? `sum(${metric}${HERE})` : `sum(${metric}${HERE}) by (${by})`;
}

function quantile(metric, by) {
  return `histogram_quantile(0.99, sum(rate(${metric}_bucket${HERE}[$__rate_interval])) by (le, ${by}))`;
}
