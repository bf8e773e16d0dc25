import { attackOf } from '../attack.js';
import { storm } from '../attacker/flood.js';
import { type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';

export const attack = attackOf<ManyAccounts>({
  title: '40 accounts of one address with 100 groups list their chats, and sync from nothing',
  expected: 'a few reads of an address are under way at a time, not only of each account',
  fate: 'held',
  prepare: (scene) => manyAccounts(scene, 100),
  run: (stage) =>
    storm(stage, {
      sockets: 160,
      tokens: tokensOf(stage.data),
      inFlight: 2,
      ask: (socket, nth) =>
        nth % 2 === 0 ? socket.ask('getChats', { limit: 500 }) : socket.ask('sync', { versions: {} }),
    }),
});
