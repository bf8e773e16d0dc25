import { setTimeout as sleep } from 'node:timers/promises';
import { ChatSocket } from '../wire/chat-socket.js';
import { settle } from './flood.js';
import { Budget, type Stage } from './stage.js';

/** A message as long as it may be, in characters of three bytes. */
export const LONGEST = '€'.repeat(10_000);

const SOCKETS = 150;

/** Commands of one socket that are sent at once, and of all sockets in a second. */
const AT_ONCE = 4;
const COMMANDS_PER_SECOND = 600;

/** Reading at last ends when nothing came for so long, or after so many bytes. */
const LOOK_EVERY_MS = 100;
const QUIET_LOOKS = 5;
const MOST_READ_AT_LAST = 300_000_000;

/**
 * Sockets of one account, or of several, that ask and do not read. They answer pings on time and ask slowly enough to stay below the
 * limits of commands. Who is cut off comes back.
 */
export async function readNothing(
  stage: Stage,
  tokens: readonly string[],
  question: (socket: ChatSocket) => Buffer,
): Promise<void> {
  const budget = new Budget(stage, COMMANDS_PER_SECOND);
  const stuck: ChatSocket[] = [];
  const occupy = async (seat: number): Promise<void> => {
    const token = tokens[seat % tokens.length] ?? null;
    while (!stage.isOver) {
      const socket = await stage.inTime(ChatSocket.connect(stage.socketEndpoint(seat), token, stage.tally));
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
      stuck.push(socket);
    }
  };
  await Promise.all(Array.from({ length: SOCKETS }, (_, seat) => occupy(seat)));
  await readAtLast(stage, stuck);
}

/** Reads what has piled up: it counts, as do the refusals in it. */
async function readAtLast(stage: Stage, stuck: readonly ChatSocket[]): Promise<void> {
  for (const { connection } of stuck) connection.resume();
  for (let quiet = 0, before = -1; quiet < QUIET_LOOKS; before = stage.tally.bytesIn) {
    await sleep(LOOK_EVERY_MS);
    quiet = stage.tally.bytesIn === before ? quiet + 1 : 0;
    if (stage.tally.bytesIn > MOST_READ_AT_LAST) break;
  }
  for (const { connection } of stuck) settle(stage, connection);
}
