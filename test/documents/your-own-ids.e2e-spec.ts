import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { World } from '../support/world.js';

const run = promisify(execFile);

const GUIDE = 'docs/guides/your-own-ids.md';

describe('The backend in the guide to your own ids', () => {
  const key = newApiKey();
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
  });
  afterAll(() => world.stop());

  it('does what it says, and the same when it runs again', async () => {
    const [, program = ''] = /```js[^\n]*\n([\s\S]+?)```/.exec(readFileSync(GUIDE, 'utf8')) ?? [];
    const env = { ...process.env, CHAT_URL: `http://127.0.0.1:${world.app.httpPort}`, CHAT_API_KEY: key };
    const printed = async () =>
      (await run(process.execPath, ['--input-type=module', '-e', program], { env })).stdout
        .trim()
        .split('\n');
    const said = 'Ann (customer/3): Where is it?';
    const found = "[ 'order-7' ] [ 'order-7' ]";
    expect(await printed()).toEqual([said, found]);
    expect(await printed()).toEqual([said, said, found]);
    await leftBehind();
    const later = await printed();
    expect(later).toContain('Carl (staff/2): I have it.');
    expect(later.join('\n')).not.toContain('undefined');
    expect(await world.sql('SELECT 1 FROM chats')).toHaveLength(1);
    expect(await world.sql('SELECT 1 FROM message_mentions')).toHaveLength(3);
  });

  /** Somebody writes in the chat, and leaves it. */
  async function leftBehind(): Promise<void> {
    const chat = '/chats/external:order-7';
    const call = async (method: 'put' | 'post' | 'delete', path: string, body = {}) => {
      const { status } = await world.http[method](path).set('X-Api-Key', key).send(body);
      expect({ path, ok: status < 300 }).toEqual({ path, ok: true });
    };
    await call('put', '/users', { users: [{ externalId: 'staff/2', name: 'Carl' }] });
    await call('post', `${chat}/members`, { userIds: ['external:staff/2'] });
    await call('post', `${chat}/messages`, { senderId: 'external:staff/2', content: 'I have it.' });
    await call('delete', `${chat}/members/external:staff%2F2`);
  }
});
