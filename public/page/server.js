/** What the page has to know of its server: `development`, in which refusals are explained, and whether there is a `login`. */
export const { development, login } = await readFacts();

async function readFacts() {
  try {
    const response = await fetch('page/server.json');
    return await response.json();
  } catch {
    return { development: false, login: false };
  }
}
