import { parser } from '@prometheus-io/lezer-promql';

/** What a query reads. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
}

export interface Query {
  /** The text from where it is no PromQL; undefined where all of it is. */
  readonly fault: string | undefined;
  readonly selectors: readonly Selector[];
  /** The labels of `by`, `on` and the like. */
  readonly groupings: readonly string[];
}

/** A query as Prometheus reads it; a variable of Grafana stands for a value. */
export function readPromql(expr: string): Query {
  const text = expr.replaceAll('$__rate_interval', '5m');
  const selectors: { metric: string; matchers: { label: string; value: string }[] }[] = [];
  const groupings: string[] = [];
  let fault: string | undefined;
  let label = '';
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      const said = text.slice(from, to);
      const matchers = selectors.at(-1)?.matchers;
      if (type.isError) fault ??= text.slice(from);
      else if (type.name === 'VectorSelector') selectors.push({ metric: '', matchers: [] });
      else if (type.name === 'Identifier') name(selectors, said);
      else if (type.name === 'LabelName' && node.parent?.name === 'GroupingLabels') groupings.push(said);
      else if (type.name === 'LabelName') label = said;
      else if (type.name === 'StringLiteral') matchers?.push({ label, value: said.slice(1, -1) });
    },
  });
  return { fault, selectors, groupings };
}

function name(selectors: { metric: string }[], metric: string): void {
  const last = selectors.at(-1);
  if (last !== undefined) last.metric = metric;
}
