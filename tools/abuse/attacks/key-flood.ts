import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';

interface Data {
  id: number;
  token: string;
  chatId: number;
}

export const attack = attackOf<Data>({
  title: 'ten sockets of one account send commands with a new idempotency key each',
  expected: 'the keys of one person are bounded',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.otherCommands(seconds) }),
  prepare: async (scene) => {
    const person = await scene.person();
    const [other = 0] = await scene.people(1);
    return { ...person, chatId: await scene.directChat(person.id, other) };
  },
  run: (stage) => {
    const { id, token, chatId } = stage.data;
    let key = 0;
    return storm(stage, {
      sockets: 10,
      tokens: [token],
      ask: (socket, nth) =>
        socket.ask('updateMembership', {
          chatId,
          userId: id,
          pinned: nth % 2 === 0,
          clientId: `${stage.random.between(1, 1_000_000_000)}-${key++}`,
        }),
    });
  },
});
