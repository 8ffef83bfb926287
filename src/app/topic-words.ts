/** The names that a new topic goes by, made of the one that it is given. */
export interface TopicWords {
  /** Of the route and of the handler, such as `shop.orders`. */
  readonly name: string;
  /** `ShopOrders`. */
  readonly class: string;
  /** `shop-orders`. */
  readonly file: string;
  /** As the route has it: `orders/{id<\d+>}`. */
  readonly channel: string;
  /** The same without requirements and defaults within: `orders/{id}`. */
  readonly pattern: string;
  /** The names of its parameters, and of those the ones that nothing is required of yet. */
  readonly params: readonly string[];
  readonly open: readonly string[];
}

const NAME = /^[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*$/;
const LONGEST = 64;
/** What may stand in a channel beside its parameters: neither quotes nor what YAML or a page would read. */
const PARAM = /\{!?([A-Za-z_]\w*)(<[^{}]*>)?(\?[^{}]*)?\}/g;
/** Would end the text that the channel is written into. */
const UNSAFE = /['\p{Cc}]/u;
const TEXT = /^[\p{L}\p{N}/._:;,~+*=@|-]*$/u;

/** Throws where a name or a channel is none. */
export function topicWords(name: string, given?: string): TopicWords {
  if (!NAME.test(name) || name.length > LONGEST)
    throw new Error(
      `${name} is no name: take letters and digits, with dots, dashes or underscores within, as in shop.orders`,
    );
  const parts = name.split(/[._-]|(?<=[a-z0-9])(?=[A-Z])/);
  const channel = given ?? `${parts.join('/').toLowerCase()}/{id}`;
  const pattern = channel.replaceAll(PARAM, '{$1}');
  if (
    channel === '' ||
    !TEXT.test(channel.replaceAll(PARAM, '')) ||
    UNSAFE.test(channel) ||
    pattern.includes('*/')
  )
    throw new Error(`${channel} is no channel: write it as in 'orders/{id}'`);
  const found = [...channel.matchAll(PARAM)];
  const params = found.map(([, param = '']) => param);
  return {
    name,
    class: parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(''),
    file: parts.join('-').toLowerCase(),
    channel,
    pattern,
    params,
    open: found.flatMap(([, param = '', requirement]) => (requirement === undefined ? [param] : [])),
  };
}
