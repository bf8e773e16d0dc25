import { attackOf } from '../attack.js';
import { storm } from '../attacker/flood.js';
import { type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const attack = attackOf<ManyAccounts>({
  title: '40 accounts of one address search for people and chats',
  expected: 'a few reads of an address are under way at a time, not only of each account',
  fate: 'held',
  prepare: (scene) => manyAccounts(scene, 100),
  run: (stage) =>
    storm(stage, {
      sockets: 160,
      tokens: tokensOf(stage.data),
      inFlight: 2,
      ask: (socket, nth) => {
        const query = `abuse-${LETTERS[nth % 36]}`;
        if (nth % 3 === 0) return socket.ask('searchUsers', { query, limit: 50 });
        if (nth % 3 === 1) return socket.ask('findChats', { query });
        return socket.ask('getMembers', { chatId: stage.data.chatIds[nth % 100], limit: 100 });
      },
    }),
});
