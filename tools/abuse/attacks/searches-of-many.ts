import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';
import { type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';

const BEGINNINGS = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const attack = attackOf<ManyAccounts>({
  title: '40 accounts of one address search for people, and ask for chats, members and presence',
  expected: 'a few reads of an address are under way at a time, also when each asks for little',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.addressCommands(seconds) }),
  prepare: (scene) => manyAccounts(scene, 100),
  run: (stage) => {
    const { people, chatIds } = stage.data;
    const userIds = people.map(({ id }) => id);
    return storm(stage, {
      sockets: 160,
      tokens: tokensOf(stage.data),
      inFlight: 2,
      ask: (socket, nth) => {
        const q = `abuse-${BEGINNINGS[nth % BEGINNINGS.length]}`;
        if (nth % 4 === 0) return socket.ask('searchUsers', { q, limit: 50 });
        if (nth % 4 === 1) return socket.ask('getChats', { limit: 20 });
        if (nth % 4 === 2) return socket.ask('getPresence', { userIds });
        return socket.ask('getMembers', { chatId: chatIds[nth % chatIds.length], limit: 100 });
      },
    });
  },
});
