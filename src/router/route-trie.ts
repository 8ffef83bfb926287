import type { Form, Params } from './compiled-route.js';

interface Node {
  readonly literals: Map<string, Node>;
  /** Where a parameter, or text with one, stands. */
  dynamic: Node | undefined;
  readonly ends: Form[];
  /** Forms whose remaining parameters may span segments. */
  readonly spans: Form[];
}

export interface Match {
  readonly form: Form;
  readonly params: Params;
}

/**
 * All forms of all routes by their segments, so that the cost of a match grows with the length of the channel and
 * not with the number of routes. Of the forms that match, the route declared first wins.
 */
export class RouteTrie {
  readonly #root = emptyNode();

  add(form: Form): void {
    let node = this.#root;
    for (const segment of form.segments) {
      if (segment === undefined && form.spans) {
        node.spans.push(form);
        return;
      }
      node = step(node, segment);
    }
    node.ends.push(form);
  }

  match(channel: string): Match | undefined {
    return search(this.#root, 0, { channel, segments: channel.split('/') }, undefined);
  }
}

interface Subject {
  readonly channel: string;
  readonly segments: readonly string[];
}

function search(node: Node, depth: number, subject: Subject, found: Match | undefined): Match | undefined {
  let best = node.spans.length === 0 ? found : firstMatch(node.spans, subject, found);
  const segment = subject.segments[depth];
  if (segment === undefined) return firstMatch(node.ends, subject, best);
  const next = node.literals.get(segment);
  if (next !== undefined) best = search(next, depth + 1, subject, best);
  if (node.dynamic !== undefined && segment !== '') best = search(node.dynamic, depth + 1, subject, best);
  return best;
}

function firstMatch(forms: readonly Form[], subject: Subject, found: Match | undefined): Match | undefined {
  let best = found;
  for (const form of forms) {
    if (best !== undefined && form.order >= best.form.order) continue;
    const params = form.match(subject.channel, subject.segments);
    if (params !== undefined) best = { form, params };
  }
  return best;
}

function step(node: Node, segment: string | undefined): Node {
  if (segment === undefined) return (node.dynamic ??= emptyNode());
  const next = node.literals.get(segment) ?? emptyNode();
  node.literals.set(segment, next);
  return next;
}

function emptyNode(): Node {
  return { literals: new Map(), dynamic: undefined, ends: [], spans: [] };
}
