import type { ChatListItem, PreferencesView, SyncedView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { World } from '../support/world.js';

describe('Preferences', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each(edges)('are read, changed field by field, and told to other devices, over %s', async (edge) => {
    const ann = await world.person();
    const phone = await world.person(ann.userId);
    const { userId } = ann;
    const by = over(edge, world, ann);
    const defaults: PreferencesView = {
      userId,
      direct: 'all',
      groups: 'all',
      preview: true,
      whenActive: 'unread',
      quiet: null,
      timeZone: null,
    };
    expect(await by.ok('getPreferences', { userId })).toEqual(defaults);
    const quiet = { from: '22:30', to: '07:05', days: ['fri', 'mon'] };
    const first = await by.ok('updatePreferences', { userId, quiet, timeZone: 'Asia/Kathmandu' });
    const set = { ...defaults, quiet: { ...quiet, days: ['mon', 'fri'] }, timeZone: 'Asia/Kathmandu' };
    expect(first).toEqual(set);
    expect(await phone.next('preferencesChanged')).toEqual(set);
    const others = { direct: 'mentions', groups: 'none', preview: false, whenActive: 'never' };
    expect(await by.ok('updatePreferences', { userId, ...others })).toEqual({ ...set, ...others });
    expect(await by.ok('updatePreferences', { userId, quiet: null })).toEqual({
      ...set,
      ...others,
      quiet: null,
    });
    expect(await by.ok('updatePreferences', { userId, timeZone: null })).toMatchObject({ timeZone: null });
    expect(await by.ok('getPreferences', { userId })).toEqual({ ...defaults, ...others });
    for (const wrong of [
      { groups: 'some' },
      { timeZone: 'Mars/Olympus' },
      { notify: 'all' },
      { quiet: { from: '1:00' } },
    ])
      expect(await by.refused('updatePreferences', { userId, ...wrong })).toBe('VALIDATION_FAILED');
  });

  it.each(edges)('have a level for each chat, which other devices and sync learn, over %s', async (edge) => {
    const { chatId, owner } = await groupOf(world, 1);
    const phone = await world.person(owner.userId);
    const { at: since } = await phone.ok<SyncedView>('sync');
    const by = over(edge, world, owner);
    const set = await by.ok('updateMembership', { chatId, notify: 'mentions' });
    expect(set).toMatchObject({ chatId, notify: 'mentions', mutedUntil: null });
    expect(await phone.next('membershipUpdated')).toEqual(set);
    expect(await by.ok('updateMembership', { chatId, pinned: true })).toMatchObject({ notify: 'mentions' });
    expect((await phone.ok<ChatListItem[]>('getChats'))[0]).toMatchObject({ notify: 'mentions' });
    const { memberships } = await phone.ok<SyncedView>('sync', { since });
    expect(memberships).toMatchObject([{ chatId, notify: 'mentions' }]);
    expect(await by.ok('updateMembership', { chatId, notify: null })).toMatchObject({ notify: null });
    expect(await by.refused('updateMembership', { chatId, notify: 'some' })).toBe('VALIDATION_FAILED');
  });
});
