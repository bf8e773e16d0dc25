import { serve } from '../ipc.js';
import { CommandLoad } from './command-load.js';
import { CrowdLoad } from './crowd.js';
import type { LoadOperations } from './operations.js';
import { expectOk, makeGroup, openPeople, pairUp, sayGoodbye } from './people.js';
import { lostOf, RawClient } from './raw-client.js';
import { ReadLoad } from './read-load.js';
import { SendLoad, type Sender } from './send-load.js';

/** The load generator's process: one set of open sockets at a time, and one load over them. */

let clients: RawClient[] = [];
let senders: Sender[] = [];
let copies = 1;
let group = { chatId: 0, firstUserId: 0 };
let running: SendLoad | undefined;
const crowd = new CrowdLoad();

function closeAll(): void {
  for (const client of clients) client.close();
  clients = [];
  senders = [];
  crowd.close();
}

process.once('disconnect', () => process.exit());

serve<LoadOperations>({
  configure: ({ writes }) => {
    RawClient.writes = writes;
    return null;
  },
  openPairs: async ({ port, pairs, firstUserId, address }) => {
    clients = await openPeople(port, pairs * 2, (index) => firstUserId + index);
    senders = await pairUp(clients, firstUserId, address);
    copies = 1;
    return { connections: clients.length };
  },
  openGroup: async ({ port, size, firstUserId }) => {
    clients = await openPeople(port, size, (index) => firstUserId + index);
    const made = await makeGroup(clients, firstUserId);
    if (made.chatId === null) return made;
    senders = made.senders;
    copies = size - 1;
    group = { chatId: made.chatId, firstUserId };
    return { chatId: made.chatId, reason: '' };
  },
  openIdle: async ({ port, connections, firstUserId }) => {
    clients = await openPeople(port, connections, (index) => firstUserId + index);
    return { lost: lostOf(clients) };
  },
  run: (params) => {
    running = new SendLoad(clients, senders.slice(0, params.senders), copies, params);
    return running.run();
  },
  cut: () => {
    running?.cut();
    return null;
  },
  say: async ({ messages }) => {
    const { chatId, firstUserId: senderId } = group;
    const ids: number[] = [];
    for (let nth = 1; nth <= messages; nth++) {
      const answer = await clients[0]?.call('sendMessage', { senderId, chatId, content: `Message ${nth}` });
      ids.push(expectOk('sendMessage', answer).data?.id ?? 0);
    }
    return ids;
  },
  do: ({ doing, watch }) => new CommandLoad(clients, group.firstUserId, group.chatId, doing).run(watch),
  openCrowd: async (params) => {
    await crowd.open(params);
    return null;
  },
  dropCrowd: () => {
    crowd.drop();
    return null;
  },
  returnCrowd: (params) => crowd.comeBack(params),
  settleCrowd: ({ quietMs }) => crowd.settle(quietMs),
  read: async ({ port, ...params }) => {
    clients = await openPeople(port, params.connections, () => params.reading.userId);
    try {
      return await new ReadLoad(clients, params).run();
    } finally {
      closeAll();
    }
  },
  close: async ({ goodbye }) => {
    if (goodbye) await sayGoodbye([...clients, ...crowd.clients]);
    closeAll();
    return null;
  },
});
