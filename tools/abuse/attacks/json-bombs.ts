import { attackOf } from '../attack.js';
import { Budget } from '../attacker/stage.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { rest } from '../wire/rest.js';

const LINES = 8;
const BOMBS_PER_SECOND = 200;

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** JSON that is small to send and costly to read: deep, of many parts, of long numbers and escapes, too large. */
const BOMBS = [
  nested(60_000),
  `{"a":${nested(11_000)}}`,
  `[${'0,'.repeat(60_000)}0]`,
  `{${Array.from({ length: 12_001 }, (_, nth) => `"k${nth}":1`).join(',')}}`,
  `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`,
  `{"content":"${'\\u0041'.repeat(20_000)}"}`,
  `[${'9'.repeat(100_000)}]`,
  `{"content":"${'x'.repeat(140_000)}"}`,
];

export const attack = attackOf<{ id: number; token: string }>({
  title: 'sockets and requests carry JSON that is deep, wide, long or too large',
  expected: 'JSON is bounded before it is parsed: the commands are refused, the sockets closed',
  fate: 'refused',
  prepare: (scene) => scene.person(),
  run: async (stage) => {
    const { token, id } = stage.data;
    const budget = new Budget(stage, BOMBS_PER_SECOND);
    const byRest = async (nth: number): Promise<void> => {
      for (let sent = nth; !stage.isOver; sent++) {
        await budget.take(1);
        const text = BOMBS[sent % BOMBS.length] ?? '';
        const asked = rest(stage.httpEndpoint(nth), 'PATCH', `/users/${id}`, { token, text, isJson: true });
        const reply = await stage.inTime(asked);
        if (stage.isOver) return;
        if (reply && reply.status < 300) stage.tally.served++;
        else stage.tally.refuse(reply ? `HTTP ${reply.status}` : 'closed');
      }
    };
    const bySocket = async (nth: number): Promise<void> => {
      for (let sent = nth; !stage.isOver;) {
        const socket = await stage.inTime(ChatSocket.connect(stage.socketEndpoint(nth), token, stage.tally));
        while (socket?.isOpen && !stage.isOver) {
          await budget.take(1);
          const bomb = BOMBS[sent++ % BOMBS.length] ?? '';
          await stage.inTime(socket.askText('sendMessage', bomb));
        }
        socket?.close();
        await stage.pause(100);
      }
    };
    const lines = Array.from({ length: LINES }, (_, nth) => (nth % 2 === 0 ? byRest(nth) : bySocket(nth)));
    await Promise.all(lines);
  },
});
