import { costOf, definitionOf } from '../../src/contract/index.js';
import { type Asker, edges, over } from '../support/edges.js';
import { pause } from '../support/time.js';
import { type Client, World } from '../support/world.js';

const people = (count: number) => Array.from({ length: count }, (_, i) => 800_000 + i);
const chats = (count: number) => Object.fromEntries(people(count).map((id) => [id, 1]));

describe('A command that asks for much', () => {
  it.each<[Parameters<typeof definitionOf>[0], object, number]>([
    ['getMessages', { limit: 50 }, 1],
    ['getMessages', { limit: 100 }, 2],
    ['getChats', { limit: 500 }, 10],
    ['getPresence', { userIds: [] }, 1],
    ['getPresence', { userIds: people(25) }, 1],
    ['watchPresence', { userIds: people(100) }, 4],
    ['getUsersPresence', { ids: people(500) }, 20],
    ['sync', { versions: {} }, 5],
    ['sync', { versions: chats(1_000) }, 14],
    ['getOnlineUsers', {}, 5],
  ])('counts by it: %s %#', (name, input, cost) => {
    expect(costOf(definitionOf(name).cost!, input)).toBe(cost);
  });

  it('leaves a lively client far inside its limit: it connects, syncs, lists, watches, and opens ten chats', () => {
    const session: [Parameters<typeof definitionOf>[0], object, times: number][] = [
      // Ten pages of fifty chats, all of five hundred named in each.
      ['sync', { versions: chats(500) }, 10],
      ['getChats', { limit: 500 }, 1],
      ['watchPresence', { userIds: people(500) }, 1],
      ['getOnlineUsers', {}, 1],
      ['getMessages', { limit: 50 }, 10],
    ];
    const points = session.map(([name, input, times]) => costOf(definitionOf(name).cost!, input) * times);
    expect(points.reduce((sum, some) => sum + some)).toBeLessThan(600 / 4);
  });

  describe.each(edges)('over %s', (edge) => {
    const asking = async (variables: Record<string, string>): Promise<[World, Asker, Client]> => {
      const world = await World.start({ RATE_LIMITS: 'on', ...variables });
      const alice = await world.person();
      return [world, over(edge, world, alice), alice];
    };

    it('is refused as a whole, uses up nothing then, and is accepted after the time that was said', async () => {
      const [world, asker] = await asking({ RATE_LIMIT_OTHER: '20/40s' });
      await asker.ok('getPresence', { userIds: people(375) });
      const large = { userIds: people(150) };
      const refusal = await asker.ask('getPresence', large);
      if (refusal.ok) throw new Error('It was not refused');
      expect(refusal.error).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'other' } });
      // Fifteen of twenty are used, and six are asked for: one comes back in two seconds.
      expect(refusal.error.retryAfterMs).toBeLessThanOrEqual(2_000);
      await pause(refusal.error.retryAfterMs!);
      await asker.ok('getPresence', large);
      expect(await asker.refused('getPresence', large)).toBe('RATE_LIMITED');
      await world.stop();
    });

    it('runs if the limit is unused, even if it asks for more than the whole of it', async () => {
      const [world, asker] = await asking({ RATE_LIMIT_OTHER: '3/1m' });
      await asker.ok('getPresence', { userIds: people(500) });
      expect(await asker.refused('getPresence', { userIds: [] })).toBe('RATE_LIMITED');
      await world.stop();
    });
  });

  it('tells over REST what is left after it', async () => {
    const world = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_OTHER: '60/1h' });
    const { headers } = await world.http
      .get('/users/presence')
      .query({ ids: people(100).join() })
      .set('X-User-Id', String(world.newId()))
      .expect(200);
    expect(headers['ratelimit-remaining']).toBe('56');
    await world.stop();
  });
});
