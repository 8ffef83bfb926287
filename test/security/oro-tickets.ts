import { oroTicket } from '../support/oro-tickets.js';
import type { AttackTopic } from './attack.js';
import { bearer, premise, summary } from './outcomes.js';
import { PASSWORD } from './scene.js';

const admin = { username: 'admin', password: PASSWORD };
const refused = (reason: string) => `closed: 4500, the Oro ticket ${reason}`;

export const oroTickets: AttackTopic = {
  title: 'Tickets of OroPlatform',
  attacks: [
    {
      id: 'O1',
      attack: 'Connects a second time with a ticket of OroPlatform, and ten times at once',
      ancestor: 'lets it in as often as it comes, for 300 s, though its manual says "one-time"',
      ours: refused('was used already'),
      async run(world) {
        const ticket = oroTicket(admin);
        const answers = await Promise.all(Array.from({ length: 10 }, () => world.present(ticket)));
        premise(answers.filter((answer) => answer === 'let in').length === 1, 'one of ten is let in');
        return summary([...answers.filter((answer) => answer !== 'let in'), await world.present(ticket)]);
      },
    },
    {
      id: 'O2',
      attack: 'Brings a ticket that is 301 s old',
      ancestor: 'refuses it, after the WELCOME',
      ours: refused('is expired'),
      async run(world) {
        const old = (seconds: number) =>
          world.present(oroTicket({ ...admin, time: Date.now() - seconds * 1000 }));
        premise((await old(295)) === 'let in', 'one of 295 s is let in');
        return old(301);
      },
    },
    {
      id: 'O3',
      attack: 'Brings a ticket that is 34 s ahead of the clock',
      ancestor: 'refuses it, after the WELCOME',
      ours: refused('is from the future'),
      async run(world) {
        const ahead = (seconds: number) =>
          world.present(oroTicket({ ...admin, time: Date.now() + seconds * 1000 }));
        premise((await ahead(25)) === 'let in', 'one of 25 s is let in');
        return ahead(34);
      },
    },
    {
      id: 'O4',
      attack: 'Encodes a ticket as base64 twice, as OroPlatform does when it authenticates a session anew',
      ancestor: 'refuses it as one of invalid format',
      ours: refused('is malformed'),
      run: (world) => world.present(Buffer.from(oroTicket(admin)).toString('base64')),
    },
    {
      id: 'O5',
      attack: 'Comes with a ticket from before its user changed the password',
      ancestor: 'refuses it, after the WELCOME',
      ours: refused('is not valid'),
      async run(world) {
        const before = oroTicket(admin);
        world.changePassword('admin', 'another hash');
        try {
          return await world.present(before);
        } finally {
          world.changePassword('admin', PASSWORD);
        }
      },
    },
    {
      id: 'O6',
      attack: 'Finds out which users exist: an unknown name, `__proto__`, a wrong digest, another secret',
      ancestor: 'refuses them, after the WELCOME; the comparison is not constant in time',
      ours: refused('is not valid'),
      async run(world) {
        const tickets = [
          oroTicket({ username: 'nobody', password: PASSWORD }),
          oroTicket({ username: '__proto__', password: PASSWORD }),
          oroTicket({ username: 'admin', password: 'x' }),
          oroTicket({ ...admin, secret: 'another secret' }),
          oroTicket({ secret: 'another secret' }),
        ];
        return summary(await Promise.all(tickets.map((ticket) => world.present(ticket))));
      },
    },
    {
      id: 'O7',
      attack: 'Puts its ticket under the name of another user',
      ancestor: 'refuses it only because the password differs: the name is not signed',
      ours: refused('is not valid'),
      async run(world) {
        const parts = Buffer.from(oroTicket({ username: 'mallory', password: 'hers' }), 'base64')
          .toString()
          .split(';');
        parts[1] = 'admin';
        return world.present(Buffer.from(parts.join(';')).toString('base64'));
      },
    },
    {
      id: 'O8',
      attack: 'Has a user name with `;` in it, which looks like more parts of a ticket',
      ancestor: 'cannot read the ticket: such a user is shut out',
      ours: `let in / ${refused('is not valid')}`,
      async run(world) {
        const sound = await world.present(oroTicket({ username: 'a;b', password: PASSWORD }));
        return summary([sound, await world.present(oroTicket({ username: 'admin;b', password: PASSWORD }))]);
      },
    },
    {
      id: 'O9',
      attack: 'Publishes `oro/maintenance` with an anonymous ticket, as the PHP back end does',
      ancestor: 'delivers it to everybody: back end and visitors have the same rights',
      ours: 'refused: forbidden',
      async run(world) {
        const victim = await world.listener(await world.user('5'), 'oro/maintenance');
        return world.forge(await world.page(world.secret(oroTicket())), 'oro/maintenance', victim);
      },
    },
    {
      id: 'O10',
      attack: 'Uses an anonymous ticket, or that of a user, for `/metrics` and for `/api/publish`',
      ancestor: '–',
      ours: '403 forbidden',
      async run(world) {
        const body = { channel: 'oro/maintenance', payload: {} };
        const answers: string[] = [];
        for (const parts of [{}, admin]) {
          const headers = () => bearer(world.secret(oroTicket(parts)));
          answers.push(await world.request('/metrics', { headers: headers() }));
          answers.push(await world.request('/api/publish', { headers: headers(), body }));
        }
        return summary(answers);
      },
    },
  ],
};
