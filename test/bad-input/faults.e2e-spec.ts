import pg from 'pg';
import { answerIn, rawConnections } from '../support/raw-socket.js';
import { type Client, World } from '../support/world.js';

/** More than a frame may have. */
const OVER_THE_LIMIT = 140_000;

describe('Frames that end a connection', () => {
  let world: World;
  let bystander: Client;
  const { connect, poll } = rawConnections(() => world);

  beforeAll(async () => {
    world = await World.start();
    bystander = await world.person();
  });
  afterAll(() => world.stop());

  const sendOf = (content: string) =>
    `["sendMessage",{"senderId":${bystander.userId},"receiverId":${world.newId()},"content":"${content}"}]`;

  it.each([
    ['a second CONNECT', '40'],
    ['a CONNECT_ERROR', '44{"message":"x"}'],
    ['a DISCONNECT with a payload', '41["x"]'],
    ['a DISCONNECT of a namespace that was not joined', '41/admin,'],
    ['a frame over the limit', `42["sendMessage",{"content":"${'x'.repeat(OVER_THE_LIMIT)}"}]`],
    ['an unknown packet type of Engine.IO', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x7a])],
    ['a ping, which is the server’s to send', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x32])],
    ['no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0xff])],
    ['no mask', Buffer.from([0x81, 0x01, 0x34])],
  ])('with %s close the connection once what came before is answered', async (_name, frame) => {
    const raw = await connect();
    const [content, late] = [`before ${world.newId()}`, `after ${world.newId()}`];
    raw.send(`428${sendOf(content)}`);
    if (typeof frame === 'string') raw.send(frame);
    else raw.sendBytes(frame);
    if (raw.isOpen) raw.send(`429${sendOf(late)}`);
    await raw.closed;
    const answers = raw.unread.filter((text) => text.startsWith('43'));
    expect(answers).toEqual([expect.stringMatching(/^438\[\{"ok":true/)]);
    expect(raw.unread.filter((text) => !/^4[23]/.test(text))).toEqual([]);
    await bystander.ok('getOnlineUsers');
    const stored = await world.sql('SELECT content FROM messages WHERE content = ANY($1)', [[content, late]]);
    expect(stored).toEqual([{ content }]);
  });

  it('that end a connection wait for no answer longer than its 5 s', async () => {
    const { alice, chatId } = await world.pair();
    const holder = new pg.Client({ connectionString: world.config.database.url! });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
    const raw = await connect();
    raw.send(`428["sendMessage",{"senderId":${alice.userId},"chatId":${chatId},"content":"held"}]`);
    raw.send('40');
    await raw.closed;
    expect(raw.unread).toHaveLength(1);
    expect(answerIn(raw.unread[0]!)).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    await holder.end();
  }, 30_000);

  it.each([
    ['an unknown packet type', 'z'],
    ['a ping, which is the server’s to send', '2'],
    ['a second CONNECT', '40'],
    ['a CONNECT_ERROR', '44{"message":"x"}'],
    ['a DISCONNECT with a payload', '41["x"]'],
  ])('with %s, over long polling, end the session once what came before is answered', async (_name, body) => {
    const polling = await poll();
    const heard = (async () => {
      let all = '';
      while (!all.endsWith('1')) all += await polling.poll();
      return all;
    })();
    await polling.post(`428${sendOf('x')}\x1e${body}\x1e429${sendOf('x')}`);
    expect(await heard).toMatch(/438\[\{"ok":true/);
    expect(await heard).not.toContain('439[');
    expect(await polling.isOpen()).toBe(false);
    await bystander.ok('getOnlineUsers');
  });

  it('are no bodies over the limit: over long polling such a body is refused alone', async () => {
    const polling = await poll();
    await polling.post(`428${sendOf('before')}`);
    const posted = await polling
      .post(`429${sendOf('x'.repeat(OVER_THE_LIMIT))}`)
      .catch(() => ({ status: 413, text: '' }));
    expect(posted.status).toBe(413);
    let heard = '';
    while (!heard.includes('438[')) heard += await polling.poll();
    expect(heard).toMatch(/438\[\{"ok":true/);
    expect(await polling.isOpen()).toBe(true);
  });
});
