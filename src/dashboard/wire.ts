/** Members that are milliseconds since 1970 in the server, and what they are called in answers. */
interface TimeNames {
  readonly time: 'time';
  readonly started: 'startedAt';
  readonly loaded: 'loadedAt';
}

type NameOf<K> = K extends keyof TimeNames ? TimeNames[K] : K;
type ValueOf<K, V> = K extends keyof TimeNames ? string : Wire<V>;

/** What becomes of a value of the server in an answer: times are ISO texts, and what may be undefined may be missing. */
export type Wire<T> = T extends readonly (infer I)[]
  ? readonly Wire<I>[]
  : T extends object
    ? {
        readonly [K in keyof T as undefined extends T[K] ? never : NameOf<K>]: ValueOf<K, T[K]>;
      } & {
        readonly [K in keyof T as undefined extends T[K] ? NameOf<K> : never]?: ValueOf<
          K,
          Exclude<T[K], undefined>
        >;
      }
    : T;
