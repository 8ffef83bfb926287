/** The pages for machines that read: an index, and everything as one text. */

export function llmsIndexOf(pages, description) {
  const parts = [...new Set(pages.map(({ section }) => section))].map((section) => {
    const members = pages.filter((page) => page.section === section);
    const lines = members.map(
      ({ title, file, summary }) => `- [${title}](${file})${summary && `: ${summary}`}`,
    );
    return `## ${section}\n\n${lines.join('\n')}\n`;
  });
  return `# signalbox\n\n> ${description}\n\nAll pages in one text: [llms-full.txt](llms-full.txt).\n\n${parts.join('\n')}`;
}

export function llmsTextOf(pages) {
  return pages.map(({ path, text }) => `<!-- ${path} -->\n\n${text.trim()}\n`).join('\n');
}
