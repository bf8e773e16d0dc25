import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';
import { groupOf } from '../support/groups.js';
import { type Received, Receiver, SENDS_WEBHOOKS, withoutRepeats } from '../support/receiver.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

type Body = Received['body'];

/** The rule of the guide, as it stands there, with nothing in its memory. */
function newRule(): (body: Body) => boolean {
  const guide = readFileSync(join(projectRoot(), 'docs/guides/webhooks.md'), 'utf8');
  const [, code] = /```js not-run=elsewhere\n(const chats[^]*?)```/.exec(guide)!;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function(`${code}\nreturn isGap;`)() as (body: Body) => boolean;
}

/** The place of the first event at which a gap is known; -1: at none. */
function gapIn(bodies: readonly Body[]): number {
  const isGap = newRule();
  return bodies.findIndex((body) => isGap(body));
}

describe('Who gets all events of a chat, and counts them', () => {
  let world: World;
  let receiver: Receiver;
  let seed = 20_261_130;
  const upTo = (most: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % most;
  };
  beforeAll(async () => {
    receiver = await Receiver.start();
    world = await World.start({ ...SENDS_WEBHOOKS, GROUP_ADDS: 'everybody', WEBHOOK_RETRIES: '50ms' });
    await world.http
      .post('/webhooks')
      .send({ url: receiver.url, events: ['*'] })
      .expect(201);
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  it('never suspects when nothing is missing, and knows whenever one event is', async () => {
    const groups = await Promise.all([0, 1, 2].map(() => groupOf(world, 2)));
    const direct = await world.pair();
    const chats = [...groups.map(({ chatId }) => chatId), direct.chatId];
    const messages = new Map<number, number[]>(chats.map((chatId) => [chatId, []]));
    const extra = await world.person();
    const isIn = new Set<number>();

    async function something(nth: number): Promise<void> {
      const index = upTo(chats.length);
      const chatId = chats[index]!;
      const owner: Client = groups[index]?.owner ?? direct.alice;
      const other: Client = groups[index]?.members[0] ?? direct.bob;
      const sent = messages.get(chatId)!;
      const messageId = sent.at(-1 - upTo(Math.min(3, sent.length || 1)));
      const what = upTo(10);
      if (what < 4 || messageId === undefined) {
        sent.push((await owner.ok<{ id: number }>('sendMessage', { chatId, content: `${nth}` })).id);
      } else if (what < 6) await owner.ok('editMessage', { messageId, content: `changed ${nth}` });
      else if (what === 6) await other.ok('addReaction', { messageId, emoji: ['👍', '🎉', '😀'][upTo(3)] });
      else if (what === 7) {
        await owner.ok('deleteMessage', { messageId });
        sent.splice(sent.indexOf(messageId), 1);
      } else if (index < groups.length) {
        const member = { chatId, userId: extra.userId };
        if (what === 8) await owner.ok('updateChat', { chatId, title: `Title ${nth}` });
        else if (isIn.delete(chatId)) await owner.ok('removeMember', member);
        else {
          await owner.ok('addMembers', { chatId, userIds: [extra.userId] });
          isIn.add(chatId);
        }
      }
    }
    // Some are told at once, and some long after they were changed.
    for (let nth = 0; nth < 160; nth++) {
      if (nth % 40 === 10) receiver.manner = () => 503;
      if (nth % 40 === 35) receiver.manner = () => 200;
      await something(nth);
    }
    receiver.manner = () => 200;
    // After each event there is another one that tells: of each chat an edit comes last.
    for (const [index, chatId] of chats.entries()) {
      const owner = groups[index]?.owner ?? direct.alice;
      const { id: messageId } = await owner.ok<{ id: number }>('sendMessage', { chatId, content: 'last' });
      await owner.ok('editMessage', { messageId, content: 'the end' });
    }
    const versions = new Map(
      (await world.sql<{ id: number; version: number }>('SELECT id, version FROM chats')).map(
        ({ id, version }) => [Number(id), Number(version)],
      ),
    );
    let revised = 0;
    for (const chatId of chats) {
      const told = () => withoutRepeats(receiver.of(chatId)).map(({ body }) => body);
      await eventually(() =>
        told().some(({ version, type }) => type === 'messageEdited' && version === versions.get(chatId)),
      );
      const bodies = told();
      expect(bodies[0]!.type).toBe('newChat');
      expect(bodies.length).toBeGreaterThan(20);
      revised += bodies.filter(
        ({ type, version }, nth) => type === 'newMessage' && version > bodies[nth - 1]!.version + 1,
      ).length;
      expect(gapIn(bodies)).toBe(-1);
      for (let lost = 1; lost < bodies.length - 1; lost++) {
        const rest = bodies.filter((_, nth) => nth !== lost);
        expect([lost, bodies[lost]!.type, gapIn(rest)]).not.toEqual([lost, bodies[lost]!.type, -1]);
      }
    }
    expect(revised).toBeGreaterThan(5);
  });
});
