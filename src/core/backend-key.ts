/** What is known of a back end's key. */
export interface BackendKey {
  /** The key itself, or nothing where only its hash is known. */
  readonly key: string | undefined;
  /** SHA-256 of the key in lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Roles beside `backend`. */
  readonly roles: readonly string[];
  /** If there, the only channels it may do anything with, as patterns. */
  readonly channels: readonly string[] | undefined;
  /** Whether it may make tickets for users. */
  readonly tickets: boolean;
}
