/** Routing tables of any size, and channels for them: four shapes of route in turn, as applications have them. */
const access = { subscribe: ['anyone'], publish: ['anyone'] };

const shapes = [
  {
    pattern: (i) => `oro/topic_${i}/{user_id}/{organization_id}`,
    requirements: { user_id: '\\d+', organization_id: '\\d+' },
    channel: (i, n) => `oro/topic_${i}/${n}/${n % 7}`,
  },
  {
    pattern: (i) => `app/feed_${i}/{slug}`,
    requirements: { slug: '[a-z0-9-]+' },
    channel: (i, n) => `app/feed_${i}/item-${n}`,
  },
  {
    pattern: (i) => `{locale}/page_${i}/{id}`,
    requirements: { locale: 'de|en|fr', id: '\\d+' },
    channel: (i, n) => `${['de', 'en', 'fr'][n % 3]}/page_${i}/${n}`,
  },
  {
    pattern: (i) => `tenant/{tenant}/order/kind_${i}/{order}`,
    requirements: { tenant: '[a-z]+', order: '\\w+' },
    channel: (i, n) => `tenant/${'abcdefg'[n % 7].repeat(4)}/order/kind_${i}/N_${n}`,
  },
];

const shapeOf = (i) => shapes[i % shapes.length];

/** One route, complete. */
export function makeRoute(name, pattern, requirements) {
  return {
    ...{ name, pattern, handler: 'broadcast', args: [], defaults: {}, options: {}, access },
    requirements: Object.fromEntries(
      Object.entries(requirements).map(([parameter, text]) => [
        parameter,
        { pattern: text, wildcard: false },
      ]),
    ),
  };
}

export function makeRoutes(count) {
  return Array.from({ length: count }, (_, i) => {
    const { pattern, requirements } = shapeOf(i);
    return makeRoute(`route_${i}`, pattern(i), requirements);
  });
}

/** The channel of that number, on some route; all numbers make different ones. */
export function makeChannel(routes, n) {
  const i = (n * 7919) % routes;
  return shapeOf(i).channel(i, n);
}
