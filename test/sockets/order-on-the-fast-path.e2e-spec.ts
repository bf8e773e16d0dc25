import { World, type Client } from '../support/world.js';

/** What a command's way through the server may not change: long polling, upgrades, mixed frames, slow readers. */
describe('The fast path of commands', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(async () => {
    await world.stop();
  });

  /** Sends 200 messages without waiting; their seqs in the order of sending. */
  async function burst(from: Client, receiverId: number): Promise<number[]> {
    const sends = Array.from({ length: 200 }, (_, i) =>
      from.ok<{ seq: number }>('sendMessage', { senderId: from.userId, receiverId, content: `message ${i}` }),
    );
    return (await Promise.all(sends)).map((message) => message.seq);
  }

  it.each([
    ['websocket', { transports: ['websocket'] }],
    ['long polling', { transports: ['polling'] }],
    ['long polling that becomes a websocket', { transports: ['polling', 'websocket'] }],
  ])('keeps a burst in order over %s, for sender and receiver', async (_name, options) => {
    const [one, other] = [await world.person(undefined, options), await world.person(undefined, options)];
    const seqs = await burst(one, other.userId);
    expect(seqs).toEqual(seqs.map((_, i) => seqs[0]! + i));
    const heard: string[] = [];
    for (let i = 0; i < 200; i++) heard.push((await other.next<{ content: string }>('newMessage')).content);
    expect(heard).toEqual(heard.map((_, i) => `message ${i}`));
  });

  it('keeps the order of commands among unknown ones and other Socket.IO packets', async () => {
    const [one, other] = [await world.person(), await world.person()];
    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < 50; i++) {
      one.emit('noSuchCommand', { i });
      answers.push(
        one.ok('sendMessage', { receiverId: other.userId, senderId: one.userId, content: `${i}` }),
      );
    }
    await Promise.all(answers);
    const heard: string[] = [];
    for (let i = 0; i < 50; i++) heard.push((await other.next<{ content: string }>('newMessage')).content);
    expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
    for (let i = 0; i < 50; i++)
      expect(await one.next('exception')).toMatchObject({ code: 'UNKNOWN_COMMAND' });
  });

  it('sends a slow reader everything in order once it reads again', async () => {
    const [one, slow] = [await world.person(), await world.person()];
    const engine = slow.socket.io.engine as unknown as {
      transport: { ws: { pause(): void; resume(): void } };
    };
    const { ws } = engine.transport;
    ws.pause();
    const content = 'x'.repeat(5_000);
    const seqs: number[] = [];
    for (let i = 0; i < 300; i++) {
      const { seq } = await one.ok<{ seq: number }>('sendMessage', {
        senderId: one.userId,
        receiverId: slow.userId,
        content,
      });
      seqs.push(seq);
    }
    ws.resume();
    const heard: number[] = [];
    for (const _ of seqs) heard.push((await slow.next<{ seq: number }>('newMessage')).seq);
    expect(heard).toEqual(seqs);
  });
});
