import { serve } from '../ipc.js';
import type { LoadOperations } from './operations.js';
import { makeGroup, openPeople, pairUp } from './people.js';
import { RawClient } from './raw-client.js';
import { ReadLoad } from './read-load.js';
import { SendLoad, type Sender } from './send-load.js';

/** The load generator's process: one set of open sockets at a time, and one load over them. */

let clients: RawClient[] = [];
let senders: Sender[] = [];
let copies = 1;

function closeAll(): void {
  for (const client of clients) client.close();
  clients = [];
  senders = [];
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
  openGroup: async ({ port, size, firstUserId, chatId }) => {
    clients = await openPeople(port, size, (index) => firstUserId + index);
    const group = await makeGroup(clients, firstUserId, chatId);
    if (group.chatId === null) return group;
    senders = group.senders;
    copies = size - 1;
    return { chatId: group.chatId, reason: '' };
  },
  openIdle: async ({ port, connections, firstUserId }) => {
    clients = await openPeople(port, connections, (index) => firstUserId + index);
    return { lost: clients.filter((client) => client.lost !== undefined).length };
  },
  run: (params) => new SendLoad(clients, senders, copies, params).run(),
  read: async ({ port, ...params }) => {
    clients = await openPeople(port, params.connections, () => params.reading.userId);
    try {
      return await new ReadLoad(clients, params).run();
    } finally {
      closeAll();
    }
  },
  close: () => {
    closeAll();
    return null;
  },
});
