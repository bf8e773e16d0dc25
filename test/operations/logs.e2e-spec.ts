import { io } from 'socket.io-client';
import { freshDatabase } from '../support/cluster.js';
import { Installation, type Program } from '../support/process.js';
import { eventually } from '../support/world.js';

jest.setTimeout(60_000);

type Line = Record<string, unknown>;

describe('The log in production', () => {
  const secret = 'what-alice-wrote-to-bob';
  let installed: Installation;
  let database: { url: string; drop(): Promise<void> };
  let program: Program;
  let rest: string;
  let sockets: string;
  beforeAll(async () => {
    [installed, database] = await Promise.all([Installation.make(), freshDatabase()]);
    program = installed.start({
      NODE_ENV: 'production',
      AUTH: 'open',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      DATABASE_URL: database.url,
    });
    const [, line] = await program.says(/^(\{.*"msg":"Serving".*\})$/m);
    const { httpPort, socketPort } = JSON.parse(line!) as { httpPort: number; socketPort: number };
    rest = `http://127.0.0.1:${httpPort}`;
    sockets = `http://127.0.0.1:${socketPort}`;
  });
  afterAll(async () => {
    await installed.remove();
    await database.drop();
  });

  /** Every line so far; one that is no JSON fails. */
  const lines = (): Line[] =>
    program.output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);

  const lineOf = async (requestId: string): Promise<Line> => {
    await eventually(() => lines().some((line) => line.requestId === requestId));
    return lines().find((line) => line.requestId === requestId)!;
  };

  it('is JSON from the first line on', () => {
    expect(lines()).toContainEqual(expect.objectContaining({ level: 30, msg: 'Serving', auth: 'open' }));
  });

  it('has a line a request, with its id, its path without the query, and how it ended', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${rest}/users?token=${secret}`, { headers: { authorization: `Bearer ${secret}`, ...headers } });
    const named = await ask({ 'x-request-id': 'from-the-proxy.1' });
    expect(named.headers.get('x-request-id')).toBe('from-the-proxy.1');
    expect(await lineOf('from-the-proxy.1')).toMatchObject({ method: 'GET', path: '/users', status: 200 });
    const own = (await ask({})).headers.get('x-request-id')!;
    expect(own).toMatch(/^[\da-f-]{36}$/);
    expect(await lineOf(own)).toMatchObject({ path: '/users' });
    const forged = (await ask({ 'x-request-id': '{"level":60} forged' })).headers.get('x-request-id');
    expect(forged).toMatch(/^[\da-f-]{36}$/);
  });

  it('holds nothing that people write, in messages or in what is refused', async () => {
    const post = (path: string, body: string) =>
      fetch(`${rest}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { id } = (await (await post('/chats', '{"user1Id":1,"user2Id":2}')).json()) as { id: number };
    await post(`/chats/${id}/messages`, JSON.stringify({ senderId: 1, content: secret }));
    await post(`/chats/${id}/messages`, JSON.stringify({ senderId: 1, content: [secret] }));
    await post(`/chats/${id}/messages`, `{"senderId":1,"content":"${secret}`);
    const socket = io(sockets, { transports: ['websocket'] });
    const draft = { senderId: 1, chatId: id, content: secret };
    expect(await socket.emitWithAck('sendMessage', draft)).toMatchObject({ ok: true });
    expect(await socket.emitWithAck(secret, draft)).toMatchObject({ ok: false });
    socket.disconnect();
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(lines().length).toBeGreaterThan(5);
    expect(program.output).not.toContain(secret);
  });
});
