import { pathToRegexp } from 'path-to-regexp';

/** What most routers do: one expression a route, tried in order, requirements checked on what it caught. */
export class LinearTable {
  #routes;

  constructor(routes) {
    this.#routes = routes.map((route) => {
      const path = route.pattern.replaceAll(/\{(\w+)\}/g, ':$1');
      const { regexp, keys } = pathToRegexp(path, { sensitive: true, trailing: false });
      const checks = keys.map(({ name }) => new RegExp(`^(?:${route.requirements[name].pattern})$`));
      return { route, regexp, keys, checks };
    });
  }

  match(channel) {
    for (const { route, regexp, keys, checks } of this.#routes) {
      const found = regexp.exec(channel);
      if (found === null || !checks.every((check, i) => check.test(found[i + 1]))) continue;
      return { route, params: Object.fromEntries(keys.map(({ name }, i) => [name, found[i + 1]])) };
    }
    return undefined;
  }
}
