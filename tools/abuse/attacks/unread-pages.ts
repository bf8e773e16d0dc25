import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { LONGEST, readNothing } from '../attacker/unread.js';

export const attack = attackOf<{ token: string; chatId: number }>({
  title: '150 sockets of one account ask for pages of long messages and read none',
  expected: 'readers of nothing are cut off, and what waits for them is bounded for all of them together',
  fate: 'refused',
  allows: (seconds) => ({ bytesIn: ALLOWED.answers(seconds) }),
  prepare: async (scene) => {
    const { id, token } = await scene.person();
    const [other = 0] = await scene.people(1);
    const chatId = await scene.directChat(id, other);
    await scene.fill({ id, token }, chatId, 200, LONGEST);
    return { token, chatId };
  },
  run: (stage) =>
    readNothing(stage, [stage.data.token], (socket) =>
      socket.command('getMessages', { chatId: stage.data.chatId, limit: 100 }),
    ),
});
