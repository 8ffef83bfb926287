import fc from 'fast-check';

/** Changes octets as a network, or somebody who tries things out, would. */
export type OctetEdit = (octets: Buffer) => Buffer;

const place = fc.nat(1000);

/** Changes of one octet, left out or doubled pieces, and these tokens and streams put anywhere. */
export function octetEdits(tokens: readonly string[], streams: readonly string[]): fc.Arbitrary<OctetEdit> {
  const token = fc.constantFrom(...tokens, ...streams);
  return fc.oneof(
    fc.tuple(place, fc.nat(255)).map(([at, octet]) => replace(at, octet)),
    { weight: 2, arbitrary: fc.tuple(place, token).map(([at, text]) => put(at, () => Buffer.from(text))) },
    fc.tuple(place, fc.nat(19)).map(([at, count]) => cut(at, count)),
    fc
      .tuple(place, place, fc.nat(59))
      .map(([at, from, count]) =>
        put(at, (octets) => octets.subarray(from % (octets.length + 1)).subarray(0, count)),
      ),
  );
}

function replace(at: number, octet: number): OctetEdit {
  return (octets) => {
    const copy = Buffer.from(octets);
    if (copy.length > 0) copy[at % copy.length] = octet;
    return copy;
  };
}

function put(at: number, more: OctetEdit): OctetEdit {
  return (octets) => {
    const where = at % (octets.length + 1);
    return Buffer.concat([octets.subarray(0, where), more(octets), octets.subarray(where)]);
  };
}

function cut(at: number, count: number): OctetEdit {
  return (octets) => Buffer.concat([octets.subarray(0, at), octets.subarray(at + count)]);
}
