import { attackOf } from '../attack.js';
import { MOST_SOCKETS } from '../attacker/limits.js';
import { attackerAddress } from '../wire/address.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { Budget } from '../attacker/stage.js';

const ADDRESSES = 20;
const SOCKETS = 2_000;
const LINES = 24;
const SOCKETS_PER_SECOND = 500;

export const attack = attackOf<{ token: string }>({
  title: 'one account opens 2,000 sockets from 20 addresses',
  expected: 'a person has a most number of sockets',
  fate: 'refused',
  allows: () => ({ served: MOST_SOCKETS }),
  prepare: async (scene) => ({ token: (await scene.person()).token }),
  run: async (stage) => {
    const budget = new Budget(stage, SOCKETS_PER_SECOND);
    const sockets: ChatSocket[] = [];
    let next = 0;
    const line = async (): Promise<void> => {
      while (next < SOCKETS && !stage.isOver) {
        const nth = next++;
        await budget.take(1);
        const endpoint = stage.socketEndpoint(nth, attackerAddress(nth % ADDRESSES));
        const socket = await stage.inTime(ChatSocket.connect(endpoint, stage.data.token, stage.tally));
        if (!socket) continue;
        sockets.push(socket);
        stage.tally.served++;
      }
    };
    await Promise.all(Array.from({ length: LINES }, line));
    await stage.end();
    stage.tally.notes.push(
      `${sockets.filter(({ isOpen }) => isOpen).length} of ${next} sockets were open at the end`,
    );
    for (const socket of sockets) socket.close();
  },
});
