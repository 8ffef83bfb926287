/**
 * What happens on the day: 25 people, the most that the chat by polling had, each of whom says forty things. That is one in
 * thirteen minutes for as long as its busiest day lasts at a poll in five seconds: 155,405 polls / 25 people * 5 s = 8.6 h.
 * How much was said then is not known; these are a thousand lines in the room, which is lively.
 */
export const MEMBERS = 25;
export const LINES_PER_MEMBER = 40;
/** Everybody is there before lunch and after it. */
export const SITTINGS = 2;

const MEGABYTE = 2 ** 20;

/** What a chat by polling cost 25 people in 2004, by its web server's log: a week, and the busiest of its days. */
export const POLLING = {
  weekHits: 815_707,
  weekOctets: 635.9 * MEGABYTE,
  dayHits: 155_405,
  dayOctets: 213 * MEGABYTE,
};

const LINES = [
  'Hello everyone',
  'hi!',
  'ok',
  'Can you all hear me?',
  'I have sent the minutes of last week round, please have a look at item three',
  'yes, that is what I have as well',
  'who takes the notes today?',
  'I can do it',
  'The new version is on the test server since this morning, tell me if anything looks odd there',
  'lol',
  'Let us come back to that after lunch, I have to ask them first',
  'does anybody know why the figures of May & June are <much> lower than before?',
];

/** Who says what, in order: everybody in turn, and none the same line each time. */
export function* linesOf(sitting, perMember = LINES_PER_MEMBER) {
  const share = perMember / SITTINGS;
  for (let round = 0; round < share; round++) {
    for (let member = 0; member < MEMBERS; member++) {
      yield { member, text: LINES[(member * 5 + (sitting * share + round) * 7) % LINES.length] };
    }
  }
}
