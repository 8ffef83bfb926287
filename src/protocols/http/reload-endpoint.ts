import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import type { Cluster } from '../../core/cluster.js';
import { ERROR_CODES } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import type { Reload, ReloadReport } from '../../core/reload.js';
import { draftOf } from './draft-body.js';
import { JsonBody } from './json-body.js';
import { PLANNING, RELOADING } from './reload-descriptions.js';

export interface ReloadParts {
  readonly reload: Reload;
  readonly cluster: Pick<Cluster, 'command'>;
  readonly authenticator: Authenticator;
}

/**
 * `POST /api/reload` with a back-end key: reads settings, routes and handlers again and goes by them, or answers 422 with
 * everything that is wrong and goes on as before. With `all` the other nodes are told to do the same once this one has, and
 * `nodes` says how many there are that have heard of it; each reads its own files.
 */
class ReloadEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/reload';
  readonly description = RELOADING;
  readonly bodyLimit = 1024;
  readonly holds = true;
  readonly #parts: ReloadParts;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const { reload, cluster, authenticator } = this.#parts;
    await administratorOf(request, authenticator, 'reloading');
    const all = request.body.length > 0 && new JsonBody(request, ['all']).flag('all', false);
    const report = await reload();
    if (!report.applied) return refusal(report);
    const nodes = all ? await cluster.command({ type: 'reload' }) : undefined;
    return jsonReply(200, { ...report, ...(nodes !== undefined && { nodes }) });
  }
}

/**
 * `POST /api/plan` with a back-end key: what a reload would do now, with some of the live channels that it is about, or what the
 * draft of the body would do: other routes, demands of handlers, digests of settings. Nothing is changed. It answers 422 as a reload would.
 */
class PlanEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/plan';
  readonly description = PLANNING;
  readonly bodyLimit = 4 * 1024 ** 2;
  readonly holds = true;
  readonly #parts: ReloadParts;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const { reload, authenticator } = this.#parts;
    await administratorOf(request, authenticator, 'planning a reload');
    const report = await reload({ dry: true, draft: draftOf(request) });
    return report.applied ? jsonReply(200, report) : refusal(report);
  }
}

/** The addresses of a server that can be changed while it runs. */
export function reloadEndpoints(parts: ReloadParts): readonly HttpEndpoint[] {
  return [new ReloadEndpoint(parts), new PlanEndpoint(parts)];
}

function refusal(report: ReloadReport): HttpReply {
  const { status, hint } = ERROR_CODES.invalid_configuration;
  const message = report.reason ?? 'the configuration has errors: the server goes on as before';
  return jsonReply(status, { error: { code: 'invalid_configuration', message, hint }, ...report });
}
