import { Connection } from '../../src/sockets/connection.js';
import { World } from '../support/world.js';

/** Longer than what each connection may frame for itself, when another one reads the same. */
const LONG = { content: 'x'.repeat(9_000), metadata: { note: 'y'.repeat(9_000) } };

describe('An event', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('that is long is framed once for two readers and more, and each gets all of it', async () => {
    const { alice, bob, chatId } = await world.pair();
    const tablet = await world.person(bob.userId);
    const send = jest.spyOn(Connection.prototype, 'send');
    await alice.ok('sendMessage', { chatId, ...LONG });
    for (const reader of [bob, tablet]) expect(await reader.next('newMessage')).toMatchObject(LONG);
    const frames = send.mock.calls.flatMap(([text, frame]) =>
      text.toString().startsWith('42["newMessage"') ? [frame] : [],
    );
    send.mockRestore();
    expect(frames).toHaveLength(2);
    expect(frames[0]!.length).toBeGreaterThan(18_000);
    expect(frames[1]).toBe(frames[0]);
  });
});
