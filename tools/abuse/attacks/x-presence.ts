import { attackOf } from '../attack.js';
import { storm } from '../attacker/flood.js';
import { type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';

export const attack = attackOf<ManyAccounts>({
  title: '40 accounts of one address ask who is online, and watch',
  expected: 'a few reads of an address are under way at a time, not only of each account',
  fate: 'held',
  prepare: (scene) => manyAccounts(scene, 10),
  run: (stage) =>
    storm(stage, {
      sockets: 160,
      tokens: tokensOf(stage.data),
      inFlight: 2,
      ask: (socket, nth) => {
        const userIds = stage.data.people.map(({ id }) => id);
        if (nth % 3 === 0) return socket.ask('getOnlineUsers', {});
        return socket.ask(nth % 3 === 1 ? 'getPresence' : 'watchPresence', { userIds });
      },
    }),
});
