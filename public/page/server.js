/**
 * What the page has to know of its server: `development`, in which refusals are explained, whether there is a `login`, and whether
 * its files are `watched`.
 */
export const { development, login, watched } = await readFacts();

async function readFacts() {
  try {
    const response = await fetch('page/server.json');
    return await response.json();
  } catch {
    return { development: false, login: false, watched: false };
  }
}
