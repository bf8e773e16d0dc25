import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { Budget } from '../attacker/stage.js';
import { codeIn } from '../wire/chat-socket.js';
import { rest } from '../wire/rest.js';

const LINES = 16;
const LOGINS_PER_SECOND = 200;

export const attack = attackOf({
  title: 'one address tries passwords and registers, 200 times a second',
  expected: 'the address is refused before a password is hashed; others log in and chat',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.logins(seconds) }),
  run: async (stage) => {
    const budget = new Budget(stage, LOGINS_PER_SECOND);
    const line = async (nth: number): Promise<void> => {
      for (let tried = 0; !stage.isOver; tried++) {
        await budget.take(1);
        const body = { username: `nobody-${nth}-${tried}`, password: `a guess ${tried} of ${nth}` };
        const path = tried % 4 === 0 ? '/auth/register' : '/auth/login';
        const reply = await stage.inTime(rest(stage.httpEndpoint(nth), 'POST', path, { body }));
        if (stage.isOver) return;
        stage.tally.opened++;
        const code = reply ? codeIn(reply.text) : 'closed';
        // A wrong password was judged: that is no refusal.
        if (reply?.status === 201 || code === 'CREDENTIALS_WRONG') stage.tally.served++;
        else stage.tally.refuse(code);
      }
    };
    await Promise.all(Array.from({ length: LINES }, (_, nth) => line(nth)));
  },
});
