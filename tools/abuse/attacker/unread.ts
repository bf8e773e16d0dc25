import { ChatSocket } from '../wire/chat-socket.js';
import { settle } from './flood.js';
import { Budget, type Stage } from './stage.js';

/** A message as long as it may be, in characters of three bytes. */
export const LONGEST = '€'.repeat(10_000);

const SOCKETS = 150;

/** Commands of one socket that are sent at once, and of all sockets in a second. */
const AT_ONCE = 4;
const COMMANDS_PER_SECOND = 600;

/**
 * Sockets of one account that ask and do not read. They answer pings on time and ask slowly enough to stay below the
 * limits of commands. Who is cut off comes back.
 */
export async function readNothing(
  stage: Stage,
  token: string,
  question: (socket: ChatSocket) => Buffer,
): Promise<void> {
  const budget = new Budget(stage, COMMANDS_PER_SECOND);
  const occupy = async (seat: number): Promise<void> => {
    while (!stage.isOver) {
      const socket = await stage.inTime(ChatSocket.connect(stage.socketDoor(seat), token, stage.tally));
      if (!socket) {
        await stage.pause(250);
        continue;
      }
      const { connection } = socket;
      connection.pause();
      while (socket.isOpen && !stage.isOver) {
        for (let nth = 0; nth < AT_ONCE; nth++) connection.write(question(socket));
        socket.tell('3');
        await budget.take(AT_ONCE);
        await stage.pause(250);
      }
      settle(stage, connection);
    }
  };
  await Promise.all(Array.from({ length: SOCKETS }, (_, seat) => occupy(seat)));
}
