import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { storm } from '../attacker/flood.js';

interface Data {
  people: { id: number; token: string }[];
  chatId: number;
}

export const attack = attackOf<Data>({
  title: '40 members of a group of 200 type and stop all the time, from one address',
  expected: 'what others hear of it is bounded: the members are refused',
  fate: 'refused',
  allows: (seconds) => ({ served: 40 * ALLOWED.typing(seconds) }),
  prepare: async (scene) => {
    const people = await scene.persons(40);
    const quiet = await scene.people(160);
    const [owner, ...others] = people.map(({ id }) => id);
    return { people, chatId: await scene.group(owner ?? 0, [...others, ...quiet]) };
  },
  run: (stage) => {
    const { people, chatId } = stage.data;
    return storm(stage, {
      sockets: people.length,
      tokens: people.map(({ token }) => token),
      inFlight: 8,
      ask: (socket, nth) => socket.ask('typing', { chatId, typing: nth % 2 === 0 }),
    });
  },
});
