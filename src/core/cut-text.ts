/** As much of a text as fits into so many octets of UTF-8, without half a character at the end. */
export function cutText(text: string, octets: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(octets));
  return text.slice(0, read);
}
