import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';
import { type ManyChats, manyChats } from '../attacker/many-chats.js';

export const attack = attackOf<ManyChats>({
  title: '150 sockets of an account with 1,000 chats ask who is online, and watch 500 people each',
  expected: 'costs are charged by what is asked for; presence is there for everybody else',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.otherCommands(seconds) }),
  prepare: (scene) => manyChats(scene, 1_000),
  run: (stage) => {
    const { id, token, others } = stage.data;
    const userIds = others.slice(0, 500);
    return storm(stage, {
      sockets: 150,
      tokens: [token],
      inFlight: 2,
      ask: (socket, nth) => {
        if (nth % 3 === 0) return socket.ask('getOnlineUsers', { userId: id });
        return socket.ask(nth % 3 === 1 ? 'getPresence' : 'watchPresence', { userIds, userId: id });
      },
    });
  },
});
