import { attackOf } from '../attack.js';
import { fillFirst, type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';
import { LONGEST, readNothing } from '../attacker/unread.js';

export const attack = attackOf<ManyAccounts>({
  title: '150 sockets of 40 accounts of one address ask for pages of long messages and read none',
  expected: 'what waits for all readers of the node is bounded, not only for each of them',
  fate: 'held',
  prepare: async (scene) => {
    const accounts = await manyAccounts(scene, 1);
    await fillFirst(scene, accounts, 100, LONGEST);
    return accounts;
  },
  run: (stage) =>
    readNothing(stage, tokensOf(stage.data), (socket) =>
      socket.command('getMessages', { chatId: stage.data.chatIds[0], limit: 100 }),
    ),
});
