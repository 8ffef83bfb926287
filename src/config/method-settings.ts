/** Where the keys of tokens are. `pem` is a public key; `path` is absolute. */
export type JwtKeySource =
  | { readonly type: 'secret'; readonly secret: string }
  | { readonly type: 'pem'; readonly pem: string }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'url'; readonly url: string };

/** `auth.jwt`, checked; durations in milliseconds. */
export interface JwtSettings {
  readonly algorithms: readonly string[];
  readonly keys: JwtKeySource;
  /** Empty for any. */
  readonly issuers: readonly string[];
  /** Undefined for any. */
  readonly audiences: readonly string[] | undefined;
  readonly claims: {
    readonly user: string;
    readonly roles: string;
    readonly organizations: string;
    readonly channels: string;
  };
  readonly leeway: number;
  /** 0 for any. */
  readonly maxAge: number;
  readonly jwksCache: number;
}

/** `auth.http`, checked; durations in milliseconds, `cache` 0 for none. */
export interface HttpAuthSettings {
  readonly url: string;
  readonly cookies: readonly string[];
  readonly headers: readonly string[];
  readonly timeout: number;
  readonly cache: number;
}
