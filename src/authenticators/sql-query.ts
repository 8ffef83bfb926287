/** Which words of SQL, and which driver. */
export type Dialect = 'postgres' | 'mysql';

/** Reads the account of `:username` from the tables of OroPlatform, with the organisations that are not disabled. */
export const ORO_QUERIES: Readonly<Record<Dialect, string>> = {
  postgres: `
SELECT u.id, u.password,
  ARRAY(SELECT r.role FROM oro_user_access_role ur JOIN oro_access_role r ON r.id = ur.role_id
    WHERE ur.user_id = u.id) AS roles,
  ARRAY(SELECT o.id FROM oro_user_organization uo JOIN oro_organization o ON o.id = uo.organization_id
    WHERE uo.user_id = u.id AND o.enabled) AS organizations
FROM oro_user u WHERE u.username = :username AND u.enabled`,
  // GROUP_CONCAT cuts its result without an error, which could make another role of a role
  mysql: `
SELECT u.id, u.password,
  (SELECT JSON_ARRAYAGG(r.role) FROM oro_user_access_role ur JOIN oro_access_role r ON r.id = ur.role_id
    WHERE ur.user_id = u.id) AS roles,
  (SELECT JSON_ARRAYAGG(o.id) FROM oro_user_organization uo JOIN oro_organization o ON o.id = uo.organization_id
    WHERE uo.user_id = u.id AND o.enabled) AS organizations
FROM oro_user u WHERE u.username = :username AND u.enabled`,
};

/** A text, a quoted name, a cast, or the parameter. */
const PIECES = /'(?:[^']|'')*'|"[^"]*"|`[^`]*`|::\w+|:username\b/g;

/** The query as a driver takes it, and how often it takes the name. Throws `RangeError` if it has no `:username`. */
export function driverQuery(
  query: string,
  dialect: Dialect,
): { readonly sql: string; readonly count: number } {
  let found = 0;
  const sql = query.replaceAll(PIECES, (piece) => {
    if (piece !== ':username') return piece;
    found++;
    return dialect === 'postgres' ? '$1' : '?';
  });
  if (found === 0)
    throw new RangeError('auth.oro.query has no :username: it would find the same user for every name');
  return { sql, count: dialect === 'postgres' ? 1 : found };
}

/**
 * The texts of a column that holds several: an array, its JSON, or text separated by commas; NULL is none.
 * Throws for anything else.
 */
export function readTexts(value: unknown): readonly string[] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(String);
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (typeof value !== 'string') throw new Error('roles and organizations have to be arrays or texts');
  if (value.startsWith('[')) return readTexts(JSON.parse(value));
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
