import { attackOf } from '../attack.js';
import { Budget } from '../attacker/stage.js';
import { PollingSession, SEPARATOR } from '../wire/polling.js';

const SESSIONS = 4;
const BYTES_PER_SECOND = 8_000_000;

/** 100 KB of packets that are no commands. */
const BODY = Array.from({ length: 25_000 }, (_, nth) => (nth % 2 === 0 ? '3' : '43[]')).join(SEPARATOR);

/** Bodies that are taken before it has to end: 50,000 packets. */
const MOST_BODIES = 2 * SESSIONS;

export const attack = attackOf<{ token: string }>({
  title: 'four long-polling sessions post bodies full of pongs and acks',
  expected: 'packets over polling count as those over a websocket: the sessions end',
  fate: 'refused',
  allows: () => ({ served: MOST_BODIES }),
  prepare: async (scene) => ({ token: (await scene.person()).token }),
  run: async (stage) => {
    const budget = new Budget(stage, BYTES_PER_SECOND);
    const occupy = async (nth: number): Promise<void> => {
      while (!stage.isOver) {
        const endpoint = stage.socketEndpoint(nth);
        const session = await stage.inTime(PollingSession.connect(endpoint, stage.data.token, stage.tally));
        let isTaken = session !== null;
        while (session && isTaken && !stage.isOver) {
          await budget.take(BODY.length);
          isTaken = (await stage.inTime(session.post(BODY))) ?? false;
          if (isTaken) stage.tally.served++;
        }
        await stage.pause(100);
      }
    };
    await Promise.all(Array.from({ length: SESSIONS }, (_, nth) => occupy(nth)));
  },
});
