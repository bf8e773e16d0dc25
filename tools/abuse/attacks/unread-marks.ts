import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';

interface Data {
  id: number;
  token: string;
  chatId: number;
  messageIds: number[];
}

export const attack = attackOf<Data>({
  title: '20 sockets of one account mark a history of 6,000 messages as unread and as seen, in turn',
  expected: 'what a mark costs does not grow with the history; others are answered',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.otherCommands(seconds) }),
  prepare: async (scene) => {
    const [reader, writer] = await scene.persons(2);
    if (!reader || !writer) throw new Error('there is nobody');
    const chatId = await scene.directChat(reader.id, writer.id);
    const messageIds = await scene.fill(writer, chatId, 6_000, 'a message');
    return { ...reader, chatId, messageIds };
  },
  run: (stage) => {
    const { id, token, chatId, messageIds } = stage.data;
    return storm(stage, {
      sockets: 20,
      tokens: [token],
      ask: (socket, nth) =>
        nth % 2 === 0
          ? socket.ask('markAsUnread', { chatId, userId: id, messageId: messageIds[nth % 10] })
          : socket.ask('markAsSeen', { messageId: messageIds.at(-1), userId: id }),
    });
  },
});
