import { attackOf } from '../attack.js';
import { storm } from '../attacker/flood.js';
import { fillFirst, type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';
import { LONGEST } from '../attacker/unread.js';

export const attack = attackOf<ManyAccounts>({
  title: '40 accounts of one address ask for pages of long messages, on four sockets each',
  expected: 'the answers of an address are paced, not only those of each account',
  fate: 'held',
  prepare: async (scene) => {
    const accounts = await manyAccounts(scene, 1);
    await fillFirst(scene, accounts, 100, LONGEST);
    return accounts;
  },
  run: (stage) => {
    const [chatId] = stage.data.chatIds;
    return storm(stage, {
      sockets: 160,
      tokens: tokensOf(stage.data),
      inFlight: 2,
      ask: (socket) => socket.ask('getMessages', { chatId, limit: 100 }),
    });
  },
});
