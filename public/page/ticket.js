/** The ticket of the page's address, if it has one. */
export function ticketOfPage() {
  return new URLSearchParams(location.search).get('ticket') || undefined;
}

/** Whom a ticket says it speaks for; only the server can tell whether that is true. */
export function claimsOf(ticket) {
  try {
    const payload = ticket.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const { sub, org } = JSON.parse(new TextDecoder().decode(bytes));
    return { user: String(sub ?? 'unknown'), organizations: Array.isArray(org) ? org.map(String) : [] };
  } catch {
    return undefined;
  }
}
