import { attackOf } from '../attack.js';
import { Budget } from '../attacker/stage.js';
import { attackerAddress } from '../wire/address.js';
import { codeIn } from '../wire/chat-socket.js';
import { rest } from '../wire/rest.js';

const ADDRESSES = 40;
const GUESSES_OF_AN_ADDRESS = 10;
const GUESSES_PER_SECOND = 60;

/** Guesses at one account that may be judged before the back-off begins. */
const MOST_JUDGED = 60;

const PASSWORD = 'seven quiet herons';

export const attack = attackOf<{ username: string }>({
  title: '40 addresses guess the password of one account, each below the limit of an address',
  expected: 'guessing at an account becomes slow, and its owner still logs in',
  fate: 'refused',
  prepare: async (scene) => {
    const username = `owner-${Date.now()}`;
    await scene.request('POST', '/auth/register', { username, password: PASSWORD });
    // From where the owner will come again.
    await scene.request('POST', '/auth/login', { username, password: PASSWORD });
    return { username };
  },
  run: async (stage) => {
    const budget = new Budget(stage, GUESSES_PER_SECOND);
    const { tally } = stage;
    let judged = 0;
    const line = async (nth: number): Promise<void> => {
      for (let tried = 0; tried < GUESSES_OF_AN_ADDRESS && !stage.isOver; tried++) {
        await budget.take(1);
        const body = { username: stage.data.username, password: `guess ${nth} ${tried}` };
        const endpoint = stage.httpEndpoint(nth, attackerAddress(nth));
        const reply = await stage.inTime(rest(endpoint, 'POST', '/auth/login', { body }));
        if (!reply) continue;
        tally.opened++;
        const code = codeIn(reply.text);
        if (code === 'CREDENTIALS_WRONG') judged++;
        else tally.refuse(code);
      }
    };
    await Promise.all(Array.from({ length: ADDRESSES }, (_, nth) => line(nth)));
    tally.notes.push(`${judged} guesses were judged`);
    tally.expect(judged <= MOST_JUDGED, `${judged} guesses at one account were judged in ${stage.seconds} s`);
  },
  afterwards: async (scene, { username }) => {
    const session = await scene.request<{ accessToken?: string }>('POST', '/auth/login', {
      username,
      password: PASSWORD,
    });
    return session.accessToken === undefined ? ['the owner could not log in'] : [];
  },
});
