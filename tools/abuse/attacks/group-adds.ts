import { attackOf } from '../attack.js';
import { storm } from '../attacker/flood.js';

/** Strangers that one account may put into groups within the time of an attack. */
const MOST_ADDED = 500;

/** Strangers who are looked at afterwards. */
const SAMPLE = 20;

interface Data {
  id: number;
  token: string;
  strangers: number[];
}

export const attack = attackOf<Data>({
  title: 'one account makes groups of 999 strangers, again and again',
  expected: 'strangers are charged one by one, and are not members by the will of somebody else',
  fate: 'refused',
  prepare: async (scene) => {
    const person = await scene.person();
    return { ...person, strangers: await scene.people(999) };
  },
  run: (stage) => {
    const { id, token, strangers } = stage.data;
    return storm(stage, {
      sockets: 2,
      tokens: [token],
      inFlight: 1,
      ask: (socket) => socket.ask('createGroup', { userId: id, title: 'Buy this', memberIds: strangers }),
    });
  },
  afterwards: async (scene, { strangers }) => {
    const sample = strangers.filter((_, nth) => nth % Math.ceil(strangers.length / SAMPLE) === 0);
    const lists = await scene.all(sample, (id) =>
      scene.request<unknown[]>('GET', `/chats/user/${id}?limit=500`),
    );
    const found = lists.reduce((sum, { length }) => sum + length, 0);
    const added = Math.round((found / sample.length) * strangers.length);
    return added > MOST_ADDED ? [`about ${added} times a stranger was put into a group`] : [];
  },
});
