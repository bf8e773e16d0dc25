import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';
import { LONGEST } from '../attacker/unread.js';

interface Data {
  id: number;
  token: string;
  messageId: number;
}

export const attack = attackOf<Data>({
  title: '20 sockets of one account edit one long message all the time',
  expected: 'edits count, and the history of a message is bounded',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.messages(seconds) }),
  prepare: async (scene) => {
    const person = await scene.person();
    const [other = 0] = await scene.people(1);
    const chatId = await scene.directChat(person.id, other);
    return { ...person, messageId: await scene.say(person.id, chatId, 'a message') };
  },
  run: (stage) => {
    const { id, token, messageId } = stage.data;
    return storm(stage, {
      sockets: 20,
      tokens: [token],
      ask: (socket, nth) =>
        socket.ask('editMessage', { messageId, userId: id, content: `${nth} ${LONGEST.slice(0, 9_000)}` }),
    });
  },
});
