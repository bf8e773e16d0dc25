import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { io as io48 } from 'socket.io-client';
import { io as io40 } from 'socket.io-client-4.0';
import { io as io44 } from 'socket.io-client-4.4';
import { inPython, python } from '../support/python.js';
import { Client, eventually, World } from '../support/world.js';

type Connect = typeof io48;

const versions: [string, Connect][] = [
  ['4.0', io40],
  ['4.4', io44 as unknown as Connect],
  ['4.8', io48],
];
const transports = [['websocket'], ['polling'], ['polling', 'websocket']];
const kinds = versions.flatMap(([version, connect]) =>
  transports.map((way) => [version, way.join(', then '), connect, way] as const),
);

const chat = { id: 1, user1Id: 1, user2Id: 2 };
const message = { id: 1, senderId: 1, receiverId: 2, content: 'Hello!', seen: false };

describe.each(kinds)('A stock Socket.IO client %s over %s', (_version, _ways, connect, way) => {
  let world: World;
  let client: Client;
  let peer: Client;

  beforeAll(async () => {
    world = await World.start();
    const socket = connect(world.socketUrl, { transports: way, forceNew: true, reconnectionDelay: 10 });
    client = new Client(socket, 0);
    await eventually(() => socket.connected);
    peer = await world.person(2);
  });
  afterAll(async () => {
    client.close();
    await world.stop();
  });

  it('runs the seed table without callbacks', async () => {
    client.emit('userOnline', 1);
    client.emit('createChat', { user1Id: 1, user2Id: 2 });
    expect(await client.next('newChat')).toMatchObject(chat);
    client.emit('getChats', 1);
    expect(await client.next('chatsList')).toEqual([expect.objectContaining(chat)]);
    client.emit('sendMessage', { senderId: 1, receiverId: 2, content: 'Hello!' });
    expect(await client.next('newMessage')).toMatchObject(message);
    client.emit('markAsSeen', { messageId: 1 });
    expect(await client.next('messageSeen')).toMatchObject({ messageId: 1, seen: true });
    client.emit('noSuchCommand');
    expect(await client.next('exception')).toMatchObject({
      command: 'noSuchCommand',
      code: 'UNKNOWN_COMMAND',
    });
    expect(await peer.next('newChat')).toMatchObject(chat);
    expect(await peer.next('newMessage')).toMatchObject(message);
  });

  it('runs it with callbacks, and receives nothing twice', async () => {
    await client.ok('userOnline', '1');
    expect(await client.ok('createChat', { user1Id: 2, user2Id: 1 })).toMatchObject(chat);
    expect(await client.ok('getChats', { userId: 1 })).toHaveLength(1);
    const content = 'Grüße 👩‍👩‍👦 '.repeat(500);
    const sent = await client.ok<{ id: number }>('sendMessage', { senderId: 1, receiverId: 2, content });
    expect(sent).toMatchObject({ id: 2, content });
    expect(await peer.next('newMessage')).toMatchObject({ id: 2, content });
    await peer.ok('markAsSeen', { messageId: sent.id });
    expect(await client.next('messageSeen')).toMatchObject({ messageId: 2, userId: 2 });
    expect(await client.refused('getChat', 999)).toBe('NOT_FOUND');
    expect(await client.ok('userOffline', 1)).toMatchObject({ userId: 1, online: false });
    for (const event of ['exception', 'newChat', 'newMessage', 'chatsList'])
      expect(client.unread(event)).toEqual([]);
  });

  it('is answered when it sends bytes, and stays connected', async () => {
    let isCut = false;
    client.socket.once('disconnect', () => (isCut = true));
    const bytes = { senderId: 1, receiverId: 2, content: Buffer.from('bytes') };
    expect(await client.refused('sendMessage', bytes)).toBe('VALIDATION_FAILED');
    client.emit('sendMessage', bytes);
    expect(await client.next('exception')).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await client.ok('getChats', 1)).toHaveLength(1);
    expect(isCut).toBe(false);
  });
});

inPython.each([['websocket'], ['polling']])('A stock Python client over %s', (transport) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('runs the seed table without callbacks and with', async () => {
    if (python === undefined) throw new Error('CI has no Python with python-socketio');
    const script = join(import.meta.dirname, '..', 'support', 'seed-client.py');
    const { stdout } = await promisify(execFile)(python, [script, world.socketUrl, transport]);
    expect(JSON.parse(stdout)).toEqual({
      newChat: expect.objectContaining(chat),
      chatsList: [expect.objectContaining(chat)],
      newMessage: expect.objectContaining(message),
      messageSeen: expect.objectContaining({ messageId: 1, seen: true }),
      exception: expect.objectContaining({ command: 'noSuchCommand', code: 'UNKNOWN_COMMAND' }),
      answers: [
        { ok: true, data: expect.objectContaining({ userId: 1, online: true }) },
        { ok: true, data: expect.objectContaining(chat) },
        { ok: true, data: [expect.objectContaining(chat)] },
        { ok: true, data: expect.objectContaining({ id: 2, content: 'Grüße 👩‍👩‍👦' }) },
        { ok: true, data: expect.objectContaining({ messageId: 2, userId: 2 }) },
        { ok: false, error: expect.objectContaining({ code: 'NOT_FOUND' }) },
        { ok: true, data: expect.objectContaining({ userId: 1, online: false }) },
      ],
      heardTwice: [],
    });
  });
});
