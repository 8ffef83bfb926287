/** What JSON would carry at this moment; the caller may change the original later. Throws what JSON cannot say. */
export function snapshot<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify([value]))[0];
}
