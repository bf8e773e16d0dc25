import { attackOf } from '../attack.js';
import { ALLOWED } from '../attacker/limits.js';
import { Budget } from '../attacker/stage.js';
import { ChatSocket } from '../wire/chat-socket.js';

const LINES = 32;
const HANDSHAKES_PER_SECOND = 1_000;

export const attack = attackOf<{ token: string }>({
  title: 'one address opens sockets and drops them, 1,000 a second',
  expected: 'the address is refused; others connect and chat',
  fate: 'refused',
  allows: (seconds) => ({ served: ALLOWED.handshakes(seconds) }),
  prepare: async (scene) => ({ token: (await scene.person()).token }),
  run: async (stage) => {
    const budget = new Budget(stage, HANDSHAKES_PER_SECOND);
    const line = async (nth: number): Promise<void> => {
      while (!stage.isOver) {
        await budget.take(1);
        const endpoint = stage.socketEndpoint(nth);
        const socket = await stage.inTime(ChatSocket.connect(endpoint, stage.data.token, stage.tally));
        if (socket) stage.tally.served++;
        socket?.close();
      }
    };
    await Promise.all(Array.from({ length: LINES }, (_, nth) => line(nth)));
  },
});
