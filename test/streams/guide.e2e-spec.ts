import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { World } from '../support/world.js';

const run = promisify(execFile);

const GUIDE = 'docs/guides/streamed-replies.md';

const USES = `
async function* words() {
  for (const word of ['One ', 'word ', 'after ', 'the ', 'other.']) {
    yield word;
    await new Promise((done) => setTimeout(done, 20));
  }
}
const question = JSON.parse(process.env.QUESTION);
console.log((await reply(question, words())).content);
`;

describe('The bot in the guide to streamed replies', () => {
  it('writes its answer while it is read', async () => {
    const key = newApiKey();
    const world = await World.start({ ...ownAccounts(), API_KEYS: key });
    const [ann, bot] = [await mint(world, key), await mint(world, key)];
    const reader = await world.bearer(ann.userId, ann.accessToken);
    const question = await reader.ok<{ id: number }>('sendMessage', {
      receiverId: bot.userId,
      content: 'How do you write?',
    });
    const [, program = ''] = /```js[^\n]*\n([\s\S]+?)```/.exec(readFileSync(GUIDE, 'utf8')) ?? [];
    const env = {
      ...process.env,
      CHAT_URL: `http://127.0.0.1:${world.app.httpPort}`,
      CHAT_API_KEY: key,
      BOT: String(bot.userId),
      QUESTION: JSON.stringify(question),
    };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program + USES], { env });
    expect(stdout).toBe('One word after the other.\n');
    expect(await reader.next('newMessage')).toMatchObject({
      content: '',
      replyToId: question.id,
      metadata: { streaming: true },
    });
    expect(await reader.next('streamDelta')).toMatchObject({
      offset: 0,
      text: expect.stringContaining('One '),
    });
    expect(await reader.next('messageEdited')).toMatchObject({
      content: 'One word after the other.',
      metadata: null,
      editedAt: null,
    });
    await world.stop();
  });
});
