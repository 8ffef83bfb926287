/** What a message or a call carries in protocols that have arguments: some by position, some by name. */
export interface Arguments {
  readonly list: readonly unknown[];
  readonly map?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The one value that protocols without arguments see: the argument itself where there is one only, the named ones where
 * there are no others, `null` where there are none, and otherwise `{args, kwargs}`.
 */
export function singleValue({ list, map }: Arguments): unknown {
  if (map === undefined)
    return list.length === 0 ? null : list.length === 1 ? list[0] : { args: list, kwargs: {} };
  return list.length === 0 ? map : { args: list, kwargs: map };
}
