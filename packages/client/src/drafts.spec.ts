import { ScriptedTransport } from '../test/scripted.js';
import { asUser } from './auth.js';
import { createChat } from './chat.js';
import { Store } from './store/store.js';

describe('Drafts', () => {
  it('of chats at which nobody looks leave nothing behind; who looks hears of each change', async () => {
    const kept = new Set<unknown>();
    const { add, drop } = Store.prototype;
    jest.spyOn(Store.prototype, 'add').mockImplementation(function (this: Store, parts, cell) {
      if (parts[0]!.startsWith('drafts:')) kept.add(cell);
      add.call(this, parts, cell);
    });
    jest.spyOn(Store.prototype, 'drop').mockImplementation(function (this: Store, parts, cell) {
      kept.delete(cell);
      drop.call(this, parts, cell);
    });
    const chat = createChat({ auth: asUser(1), transport: new ScriptedTransport() });
    for (let id = 1; id <= 100; id++) expect(chat.draft(id).get()).toBe('');
    expect(kept.size).toBe(0);

    const heard: string[] = [];
    const draft = chat.draft(7);
    const ends = [1, 2].map((nr) => draft.subscribe(() => heard.push(`${nr}: ${draft.get()}`)));
    chat.draft(7).set('hel');
    await Promise.resolve();
    expect(heard).toEqual(['1: hel', '2: hel']);
    ends[0]!();
    chat.draft(7).set('hello');
    await Promise.resolve();
    ends[1]!();
    chat.draft(7).set('');
    await Promise.resolve();
    expect(heard).toEqual(['1: hel', '2: hel', '2: hello']);
    expect(kept.size).toBe(0);
    chat.stop();
    jest.restoreAllMocks();
  });
});
