import { attackOf } from '../attack.js';
import { storm } from '../attacker/flood.js';
import { type ManyAccounts, manyAccounts, tokensOf } from '../attacker/many-accounts.js';

export const attack = attackOf<ManyAccounts & { messageIds: number[] }>({
  title: '40 accounts of one address write in a group and edit what they wrote',
  expected: 'what many write is bounded, too',
  fate: 'held',
  prepare: async (scene) => {
    const accounts = await manyAccounts(scene, 1);
    const chatId = accounts.chatIds[0]!;
    const messageIds = await scene.all(accounts.people, ({ id }) => scene.say(id, chatId, 'a message'));
    return { ...accounts, messageIds };
  },
  run: (stage) => {
    const { messageIds, chatIds } = stage.data;
    const [chatId] = chatIds;
    let seat = 0;
    const seats = new Map<object, number>();
    return storm(stage, {
      sockets: 40,
      tokens: tokensOf(stage.data),
      inFlight: 4,
      ask: (socket, nth) => {
        if (!seats.has(socket)) seats.set(socket, seat++ % 40);
        const messageId = messageIds[seats.get(socket)!];
        return nth % 2 === 0
          ? socket.ask('sendMessage', { chatId, content: `${nth} of many` })
          : socket.ask('editMessage', { messageId, content: `${nth} of many` });
      },
    });
  },
});
