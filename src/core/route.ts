/** Where something was written: the file, and line and column counted from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a parameter must look like. */
export interface Requirement {
  /** A regular expression for the whole value. */
  readonly pattern: string;
  /** Whether the literal `*` is allowed too. It is a value like others, not a pattern subscription. */
  readonly wildcard: boolean;
}

/** Who may do what: rules of which one has to hold. An empty list means nobody. */
export interface Access {
  readonly subscribe: readonly string[];
  readonly publish: readonly string[];
}

/** One line of routing: a pattern, its requirements, its handler, and who may do what. */
export interface Route {
  readonly name: string;
  /** Such as `oro/email_event/{user_id}/{organization_id}`. */
  readonly pattern: string;
  /** The handler's name; a route without one only generates channels. */
  readonly handler: string | undefined;
  /** What the ancestor called `handler.args`: handed to the handler with each request. */
  readonly args: readonly unknown[];
  readonly requirements: Readonly<Record<string, Requirement>>;
  readonly defaults: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly access: Access;
  readonly source?: SourceLocation;
}
