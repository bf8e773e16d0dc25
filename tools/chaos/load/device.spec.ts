import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { synced } from '../../../packages/client/test/views.js';
import { History } from '../history.js';
import { Random } from '../random.js';
import { Device } from './device.js';
import { Ear } from './ear.js';

/** Events of chat 7. The last one is the last that a removed device gets. */
const OF_THE_CHAT = [
  'newMessage',
  'messageEdited',
  'messageDeleted',
  'reactionsChanged',
  'membersAdded',
  'memberUpdated',
  'memberRemoved',
  'chatUpdated',
  'messageSeen',
];

/** An answer to `sync` that brings nothing. */
const nothing = synced();

describe('a device', () => {
  it('reports each event of a chat, but not its own removal', async () => {
    const http = createServer();
    const server = new Server(http);
    server.on('connection', (socket) => {
      socket.on('userOnline', (_: number, ack: (answer: object) => void) => ack({ ok: true, data: {} }));
      socket.on('sync', (_: object, ack: (answer: object) => void) => {
        ack({ ok: true, data: nothing });
        socket.emit('userStatus', { userId: 2, online: true });
        const change = { id: 9, chatId: 7, version: 2, messageId: 9, userId: 2, reactions: [] };
        for (const event of OF_THE_CHAT) socket.emit(event, change);
        socket.emit('memberRemoved', { ...change, userId: 1 });
        socket.emit('over', { chatId: 0 });
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const device = new Device(1, 'phone', (http.address() as AddressInfo).port, new History(), new Random(1));
    const heard: [string, number][] = [];
    await new Promise<void>((resolve) => {
      device.onEvent = (event, chatId) => {
        if (event === 'over') resolve();
        else heard.push([event, chatId]);
      };
    });
    expect(heard).toEqual(OF_THE_CHAT.map((event) => [event, 7]));
    device.close();
    await server.close();
  });
});

describe('an ear', () => {
  it('separates events within a second of a removal from later ones, until the user is added again', () => {
    const ear = new Ear();
    ear.hear('newMessage', 0);
    expect(ear.messages).toBe(1);
    ear.removed(1_000);
    ear.hear('newMessage', 2_000);
    ear.hear('reactionsChanged', 2_001);
    ear.added();
    expect(ear.messages).toBe(0);
    ear.hear('messageEdited', 9_000);
    expect(ear).toMatchObject({ soon: 1, late: ['reactionsChanged'], messages: 0 });
  });
});
