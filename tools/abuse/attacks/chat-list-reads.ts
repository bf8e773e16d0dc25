import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';
import { type ManyChats, manyChats } from '../attacker/many-chats.js';

export const attack = attackOf<ManyChats>({
  title: '150 sockets of an account with 1,000 chats ask for its chat lists, and sync from nothing',
  expected: 'a few reads of one person are under way at a time, and the others go on',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.otherCommands(seconds) }),
  prepare: (scene) => manyChats(scene, 1_000),
  run: (stage) => {
    const { id, token } = stage.data;
    return storm(stage, {
      sockets: 150,
      tokens: [token],
      inFlight: 2,
      ask: (socket, nth) =>
        nth % 2 === 0
          ? socket.ask('getChats', { userId: id, limit: 500 })
          : socket.ask('sync', { versions: {}, userId: id }),
    });
  },
});
