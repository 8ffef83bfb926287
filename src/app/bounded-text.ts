/** Octets of an answer that are read: what a server tells of itself is far less. */
const LONGEST = 16 * 1024 ** 2;

/** The body of an answer. Throws an `Error` for one over 16 MiB, which something else than a server of ours sends. */
export async function boundedText({ body, url }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LONGEST) throw new Error(`${url} answers more than ${LONGEST} bytes: check the address`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
