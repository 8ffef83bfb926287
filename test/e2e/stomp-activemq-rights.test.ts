import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../support/folder.js';
import { signalbox } from '../support/run.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { useServer } from '../support/use-server.js';

/** The shape of an authorizationPlugin as found in the wild. */
const PLUGIN = `<authorizationPlugin><map><authorizationMap><authorizationEntries>
  <authorizationEntry queue=">" read="admins" write="admins,users" admin="admins"/>
  <authorizationEntry queue="pub.*" read="users" write="admins" admin="admins"/>
  <authorizationEntry queue="*.reply.>" read="users" write="users" admin="users"/>
  <authorizationEntry topic="pub.>" read="*" write="admins" admin="admins"/>
  <authorizationEntry topic="room.*" read="guests,users" write="users" admin="admins"/>
  <authorizationEntry topic="ActiveMQ.Advisory.>" read="*" write="*" admin="*"/>
</authorizationEntries></authorizationMap></map></authorizationPlugin>
`;

const SETTINGS = `routing: routes.yml
listen: { stomp_port: 0 }
auth:
  logins:
    system: { secret: manager, roles: [admins] }
    user: { secret: password, roles: [users] }
    guest: { secret: password, roles: [guests] }
`;

const PASSCODES: Readonly<Record<string, string>> = {
  system: 'manager',
  user: 'password',
  guest: 'password',
};

const folder = makeFolder({ 'activemq.xml': PLUGIN, 'signalbox.yml': SETTINGS });
const imported = await signalbox([
  'import',
  'activemq',
  `${folder}/activemq.xml`,
  '--out',
  `${folder}/routes.yml`,
]);
const server = useServer({ config: `${folder}/signalbox.yml` });

/** The rights that were measured on ActiveMQ 5.17 with the same file. */
it.each([
  ['system', 'SEND', '/queue/pub.x', 'RECEIPT'],
  ['system', 'SUBSCRIBE', '/queue/anything.at.all', 'RECEIPT'],
  ['user', 'SEND', '/queue/pub.x', 'RECEIPT'],
  ['user', 'SUBSCRIBE', '/queue/pub.x', 'RECEIPT'],
  ['user', 'SUBSCRIBE', '/queue/pub.x.y', 'ERROR'],
  ['user', 'SUBSCRIBE', '/queue/pub', 'ERROR'],
  ['user', 'SUBSCRIBE', '/queue/shop.reply.7', 'RECEIPT'],
  ['user', 'SUBSCRIBE', '/queue/shop.reply', 'RECEIPT'],
  ['guest', 'SEND', '/queue/pub.x', 'ERROR'],
  ['user', 'SEND', '/topic/pub.x', 'ERROR'],
  ['guest', 'SUBSCRIBE', '/topic/pub.x', 'RECEIPT'],
  ['guest', 'SUBSCRIBE', '/topic/room.hall', 'RECEIPT'],
  ['guest', 'SUBSCRIBE', '/topic/room.staff.secret', 'ERROR'],
  ['system', 'SUBSCRIBE', '/topic/other', 'ERROR'],
  ['system', 'SEND', '/topic/other', 'ERROR'],
])(
  'with the imported rights of ActiveMQ, %s is answered for %s %s with %s',
  async (login, command, to, answer) => {
    expect(imported).toMatchObject({ code: 0 });
    const peer = await StompTestPeer.tcp(server().portOf('stomp'));
    onTestFinished(() => peer.drop());
    await peer.connect({ 'accept-version': '1.1', login, passcode: PASSCODES[login] ?? '' });
    const { command: answered } = await peer.ask(command, { id: 's', destination: to });
    expect(answered).toBe(answer);
  },
);
