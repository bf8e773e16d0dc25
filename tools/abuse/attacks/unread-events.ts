import { attackOf } from '../attack.js';
import { LONGEST, readNothing } from '../attacker/unread.js';
import { ChatSocket } from '../wire/chat-socket.js';

/** Milliseconds between two messages: as many as a user may send. */
const EVERY_MS = 50;

interface Data {
  writer: { id: number; token: string };
  token: string;
  chatId: number;
}

export const attack = attackOf<Data>({
  title: 'somebody writes long messages to an account whose 150 sockets read none',
  expected: 'what waits for slow readers is bounded, and the writer goes on',
  fate: 'held',
  prepare: async (scene) => {
    const [writer, reader] = await scene.persons(2);
    if (!writer || !reader) throw new Error('there is nobody');
    return { writer, token: reader.token, chatId: await scene.directChat(writer.id, reader.id) };
  },
  run: async (stage) => {
    const { writer, token, chatId } = stage.data;
    const write = async (): Promise<void> => {
      const socket = await ChatSocket.connect(stage.socketEndpoint(), writer.token, stage.tally);
      const sent: Promise<unknown>[] = [];
      while (socket && !stage.isOver) {
        sent.push(socket.ask('sendMessage', { senderId: writer.id, chatId, content: LONGEST }));
        await stage.pause(EVERY_MS);
      }
      socket?.close();
      await Promise.all(sent);
    };
    await Promise.all([
      write(),
      readNothing(stage, [token], (socket) => socket.command('getUnreadCount', { chatId })),
    ]);
  },
});
