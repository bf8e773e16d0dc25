import { Window } from 'happy-dom';
import { watchApp, watchPage } from './page.js';

describe('What watches a page', () => {
  const window = new Window();
  const { document } = window;
  const globals = {
    document,
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  };
  let visibility = 'visible';
  let heard: string[];
  const attention = {
    shown: () => void heard.push('shown'),
    hidden: () => void heard.push('hidden'),
    online: () => void heard.push('online'),
  };

  beforeAll(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => visibility });
    Object.assign(globalThis, globals);
  });
  afterAll(async () => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    await window.happyDOM.close();
  });
  beforeEach(() => (heard = []));

  const turn = (to: string) => {
    visibility = to;
    document.dispatchEvent(new window.Event('visibilitychange'));
  };

  it('says that it goes to the back and comes to the front, also from the cache of pages, and that the network is back', () => {
    const end = watchPage(attention);
    turn('hidden');
    turn('visible');
    window.dispatchEvent(new window.Event('pageshow'));
    window.dispatchEvent(new window.Event('online'));
    expect(heard).toEqual(['hidden', 'shown', 'shown', 'online']);
    end();
    turn('hidden');
    window.dispatchEvent(new window.Event('pageshow'));
    window.dispatchEvent(new window.Event('online'));
    expect(heard).toHaveLength(4);
  });

  it('does nothing where there is no page', () => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    try {
      watchPage(attention)();
      expect(heard).toEqual([]);
    } finally {
      Object.assign(globalThis, globals);
    }
  });

  it('says of an app when it is active, and when it is not', () => {
    const listeners = new Set<(state: string) => void>();
    const end = watchApp({
      addEventListener: (_, listener) => {
        listeners.add(listener);
        return { remove: () => void listeners.delete(listener) };
      },
    })(attention);
    for (const state of ['inactive', 'background', 'active']) for (const say of listeners) say(state);
    expect(heard).toEqual(['hidden', 'hidden', 'shown']);
    end();
    expect(listeners.size).toBe(0);
  });
});
