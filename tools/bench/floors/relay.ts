import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { announce } from '../ipc.js';

/**
 * Floor (a): Socket.IO with its stock options, websocket only. It passes each message on to the receiver's room and
 * acks. It checks nothing and stores nothing, so it shows the cost of the transport alone.
 */

type Ack = (answer: { ok: true; data?: { id: number } }) => void;

interface Send {
  senderId: number;
  receiverId?: number;
  chatId?: number;
  content: string;
}

const http = createServer();
const io = new Server(http, { transports: ['websocket'] });
let chats = 0;

io.on('connection', (socket) => {
  socket.on('userOnline', async (userId: number, ack: Ack) => {
    await socket.join(`user:${userId}`);
    ack({ ok: true });
  });
  socket.on('createChat', (_pair: unknown, ack: Ack) => ack({ ok: true, data: { id: ++chats } }));
  socket.on('createGroup', ({ memberIds }: { memberIds: number[] }, ack: Ack) => {
    const id = ++chats;
    io.in(memberIds.map((userId) => `user:${userId}`)).socketsJoin(`chat:${id}`);
    ack({ ok: true, data: { id } });
  });
  socket.on('sendMessage', (message: Send, ack: Ack) => {
    const room = message.chatId === undefined ? `user:${message.receiverId}` : `chat:${message.chatId}`;
    socket.to(room).emit('newMessage', message);
    ack({ ok: true });
  });
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (address !== null && typeof address === 'object') announce(address.port);
});
