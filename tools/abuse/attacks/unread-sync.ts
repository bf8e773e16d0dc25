import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { LONGEST, readNothing } from '../attacker/unread.js';

export const attack = attackOf<{ token: string }>({
  title: '150 sockets of one account ask for everything that changed and read none of it',
  expected: 'readers of nothing are cut off, and what waits for them is bounded for all of them together',
  fate: 'refused',
  allows: (seconds) => ({ bytesIn: ALLOWED.answers(seconds) }),
  prepare: async (scene) => {
    const { id, token } = await scene.person();
    for (const other of await scene.people(4)) {
      const chatId = await scene.directChat(id, other);
      await scene.fill({ id, token }, chatId, 60, LONGEST);
    }
    return { token };
  },
  run: (stage) =>
    readNothing(stage, [stage.data.token], (socket) => socket.command('sync', { versions: {} })),
});
