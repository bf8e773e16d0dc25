import { attackOf } from '../attack.js';
import { storm } from '../attacker/flood.js';
import { type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';

export const attack = attackOf<ManyAccounts & { messageIds: number[] }>({
  title: '40 accounts of one address write in a group and edit what they wrote',
  expected: 'what many write is bounded, too',
  fate: 'held',
  prepare: async (scene) => {
    const accounts = await manyAccounts(scene, 1);
    const [chatId = 0] = accounts.chatIds;
    const messageIds = await scene.all(accounts.people, ({ id }) => scene.say(id, chatId, 'a message'));
    return { ...accounts, messageIds };
  },
  run: (stage) => {
    const { messageIds, chatIds } = stage.data;
    const [chatId] = chatIds;
    return storm(stage, {
      sockets: messageIds.length,
      tokens: tokensOf(stage.data),
      ask: (socket, nth, seat) => {
        const content = `${nth} of many`;
        return nth % 2 === 0
          ? socket.ask('sendMessage', { chatId, content })
          : socket.ask('editMessage', { messageId: messageIds[seat], content });
      },
    });
  },
});
