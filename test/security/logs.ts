import type { AttackTopic } from './attack.js';
import { summary, verdict } from './outcomes.js';

/** They come last: they look at all that the servers have written meanwhile. */
export const logs: AttackTopic = {
  title: 'The log',
  attacks: [
    {
      id: 'L1',
      attack:
        'Writes lines of its own into the log, by line breaks and escapes in channels, names and tickets',
      ancestor: '–',
      ours: 'refused: invalid_channel, no line is forged',
      async run(world) {
        const page = await world.user('5\n{"msg":"FORGED"}\u001b[2J');
        const channel = 'room/\n{"msg":"FORGED"}';
        page.subscribe(channel);
        page.subscribe('staff/x');
        await page.settle();
        await world.present('\n{"msg":"FORGED"}');
        const lines = world.output.split('\n');
        const forged = lines.filter((line) => /^\{"msg":"FORGED"/.test(line) || line.includes('\u001b'));
        return `${verdict(page, channel)}, ${forged.length === 0 ? 'no line is forged' : forged.join()}`;
      },
    },
    {
      id: 'L2',
      attack:
        'Reads the log after all of the above, at the level `debug`, and looks for tickets, keys, tokens and secrets',
      ancestor: '–',
      ours: 'finds none',
      async run(world) {
        const { output } = world;
        const found = [...world.secrets].filter((secret) => secret.length > 6 && output.includes(secret));
        return found.length === 0 ? 'finds none' : summary(found);
      },
    },
  ],
};
