import type { ErasureView } from '../../src/contract/index.js';
import { type Step, STEPS } from '../../src/erasure/erasures.queries.js';
import { writerInGroups } from '../support/bulk.js';
import { HeldChanges } from '../support/held-changes.js';
import { World } from '../support/world.js';

jest.setTimeout(60_000);

describe('The progress of an erasure', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const get = async (id: number) => (await world.http.get(`/erasures/${id}`).expect(200)).body as ErasureView;

  it('says which step is under way and what is done so far, which only grows', async () => {
    const [userId, messages] = [world.newId() * 10, 1_000];
    const url = world.config.database.url!;
    await writerInGroups(url, { id: userId, word: 'Progressine', messages, groups: 20 });
    // The first parts are done, each of them of one group.
    const held = await HeldChanges.begin(url, {
      table: 'erasures',
      when: 'OLD.counts IS DISTINCT FROM NEW.counts',
      from: 7,
    });
    const { body } = await world.http.delete(`/users/${userId}?messages=erase`).expect(200);
    const { id, requestedAt } = body as ErasureView;
    const none = {
      messages: 0,
      kept: 0,
      reactions: 0,
      mentions: 0,
      notes: 0,
      groups: 0,
      directChats: 0,
      rows: 0,
    };
    const common = { id, userId, messages: 'erase', requestedAt };
    expect(body).toEqual({ ...common, status: 'running', step: 'messages', counts: none, doneAt: null });
    await held.holding();
    const middle = await get(id);
    expect(middle).toMatchObject({ ...common, status: 'running', step: 'messages', doneAt: null });
    expect(middle.counts).toEqual({ ...none, messages: middle.counts.messages });
    expect(middle.counts.messages).toBeGreaterThanOrEqual(6);
    expect(middle.counts.messages).toBeLessThan(messages);
    await held.end();

    const heard = [middle, await get(id)];
    while (heard.at(-1)!.status === 'running') heard.push(await get(id));
    for (const [at, view] of heard.slice(1).entries()) {
      const before = heard[at]!;
      for (const of of Object.keys(none) as (keyof typeof none)[])
        expect(view.counts[of]).toBeGreaterThanOrEqual(before.counts[of]);
      if (view.step !== null)
        expect(STEPS.indexOf(view.step as Step)).toBeGreaterThanOrEqual(STEPS.indexOf(before.step as Step));
    }
    const done = heard.at(-1)!;
    expect(done).toMatchObject({ ...common, status: 'done', step: null, counts: { messages, groups: 20 } });
    expect(Date.parse(done.doneAt!)).toBeGreaterThanOrEqual(Date.parse(requestedAt));
    expect(await get(id)).toEqual(done);
  });
});
