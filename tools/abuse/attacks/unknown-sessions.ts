import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { Budget } from '../attacker/stage.js';
import { rest } from '../wire/rest.js';

const LINES = 16;
const REQUESTS_PER_SECOND = 2_000;

export const attack = attackOf({
  title: 'one address asks for sessions that do not exist, each time on a new connection',
  expected: 'requests of unknown sessions count as all others: they are refused',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.addressCommands(seconds) }),
  run: async (stage) => {
    const budget = new Budget(stage, REQUESTS_PER_SECOND);
    const line = async (nth: number): Promise<void> => {
      for (let asked = 0; !stage.isOver; asked++) {
        await budget.take(1);
        const path = `/socket.io/?EIO=4&transport=polling&sid=${nth}-${asked}`;
        const reply = await rest(stage.socketEndpoint(nth), asked % 2 === 0 ? 'GET' : 'POST', path);
        stage.tally.opened++;
        if (reply === null) stage.tally.refuse('closed');
        // The answer to an unknown session, and no refusal of the one who asks.
        else if (reply.status === 400) stage.tally.served++;
        else stage.tally.refuse(`HTTP ${reply.status}`);
      }
    };
    await Promise.all(Array.from({ length: LINES }, (_, nth) => line(nth)));
  },
});
