import { attackOf } from '../attack.js';
import { Budget } from '../attacker/stage.js';
import { LONGEST } from '../attacker/unread.js';
import { PollingSession, SEPARATOR } from '../wire/polling.js';

const SESSIONS = 60;
const COMMANDS_PER_SECOND = 300;
const COMMANDS_A_BODY = 4;

export const attack = attackOf<{ token: string; chatId: number }>({
  title: '60 long-polling sessions of one account ask for pages of long messages and never poll',
  expected: 'what waits for a session is bounded, as on a websocket',
  // Refusals wait with the answers, and nobody reads either.
  fate: 'held',
  prepare: async (scene) => {
    const { id, token } = await scene.person();
    const [other = 0] = await scene.people(1);
    const chatId = await scene.directChat(id, other);
    await scene.fill({ id, token }, chatId, 100, LONGEST);
    return { token, chatId };
  },
  run: async (stage) => {
    const { token, chatId } = stage.data;
    const budget = new Budget(stage, COMMANDS_PER_SECOND);
    const packets = Array.from(
      { length: COMMANDS_A_BODY },
      (_, ack) => `42${ack}["getMessages",{"chatId":${chatId},"limit":100}]`,
    );
    const occupy = async (nth: number): Promise<void> => {
      while (!stage.isOver) {
        const session = await stage.inTime(
          PollingSession.connect(stage.socketEndpoint(nth), token, stage.tally),
        );
        let isTaken = session !== null;
        while (session && isTaken && !stage.isOver) {
          await budget.take(COMMANDS_A_BODY);
          isTaken = (await stage.inTime(session.post(packets.join(SEPARATOR)))) ?? false;
          if (isTaken) stage.tally.served++;
        }
        await stage.pause(250);
      }
    };
    await Promise.all(Array.from({ length: SESSIONS }, (_, nth) => occupy(nth)));
  },
});
