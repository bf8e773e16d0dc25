import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';

interface Data {
  people: { id: number; token: string }[];
  messageIds: number[];
}

export const attack = attackOf<Data>({
  title: '40 members of a group say again and again what they received, saw and like',
  expected: 'what changes nothing tells nobody, and what others hear is bounded',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.addressCommands(seconds) }),
  prepare: async (scene) => {
    const people = await scene.persons(40);
    const [owner] = people;
    if (!owner) throw new Error('there is nobody');
    const chatId = await scene.group(
      owner.id,
      people.slice(1).map(({ id }) => id),
    );
    return { people, messageIds: await scene.fill(owner, chatId, 1_000, 'a message') };
  },
  run: (stage) => {
    const { people, messageIds } = stage.data;
    return storm(stage, {
      sockets: people.length,
      tokens: people.map(({ token }) => token),
      inFlight: 8,
      ask: (socket, nth) => {
        const messageId = messageIds[nth % messageIds.length];
        if (nth % 3 === 0) return socket.ask('markAsDelivered', { messageId });
        if (nth % 3 === 1) return socket.ask('markAsSeen', { messageId });
        return socket.ask(nth % 2 === 0 ? 'addReaction' : 'removeReaction', { messageId, emoji: '👍' });
      },
    });
  },
});
