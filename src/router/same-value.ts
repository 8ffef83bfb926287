/** Whether two values that were read from files say the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [mine, other] = [present(a), present(b)];
  return mine.size === other.size && [...mine].every(([key, value]) => sameValue(value, other.get(key)));
}

/** Members that say something: one that is undefined, or code, is left out. */
function present(value: object): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function'),
  );
}
