import { distance } from 'fastest-levenshtein';

const LONGEST = 64;

/** The known word nearest to a misspelt one, unless none is near: about a third of the letters may differ. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = tolerance(word.length) + 1;
  for (const candidate of known) {
    const far = distance(wanted, candidate.toLowerCase());
    if (far >= least) continue;
    least = far;
    best = candidate;
  }
  return best;
}

/** Two letters that changed places count as two. */
function tolerance(length: number): number {
  if (length < 4) return length === 3 ? 1 : 0;
  return Math.max(2, Math.floor(length / 3));
}

/** `did you mean "x"?`, or what else to do. */
export function didYouMean(word: string, known: Iterable<string>, otherwise: string): string {
  const near = nearest(word, known);
  return near === undefined ? otherwise : `did you mean "${near}"?`;
}

/** A list for people: at most ten of the words. */
export function listed(words: Iterable<string>): string {
  const all = [...words];
  return all.length > 10 ? `${all.slice(0, 10).join(', ')} and ${all.length - 10} more` : all.join(', ');
}
