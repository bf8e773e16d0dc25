import type { ChatClient, ServerEvent } from '../chat.js';
import type { Message } from '../contract.gen.js';
import { streamedText } from './index.js';

const turn = () => new Promise((done) => setImmediate(done));

/** A client whose server has this text of message 7. */
function clientWith(server: { text: string; growing: boolean }) {
  const listeners = new Set<(event: ServerEvent) => void>();
  const watchers = new Set<() => void>();
  let state = 'live';
  const asked: string[] = [];
  const client = {
    call: async (command: string) => {
      asked.push(command);
      return { chatId: 1, messageId: 7, ...server };
    },
    connection: {
      get: () => ({ state }),
      subscribe: (watcher: () => void) => {
        watchers.add(watcher);
        return () => watchers.delete(watcher);
      },
    },
    on: (_: string, listener: (event: ServerEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as ChatClient;
  const push = (offset: number, text: string, messageId = 7) => {
    const body = { chatId: 1, messageId, offset, text };
    for (const listener of listeners) listener({ name: 'streamDelta', body });
  };
  const turnTo = (next: string) => {
    state = next;
    for (const watcher of watchers) watcher();
  };
  return { client, push, asked, listeners, watchers, turnTo };
}

const message = (content: string, streaming: unknown = true) =>
  ({ id: 7, content, metadata: { streaming } }) as unknown as Message;

describe('The text of a streamed message', () => {
  it('begins with what was written before somebody listened, and grows by what follows', async () => {
    const { client, push, asked } = clientWith({ text: 'One two', growing: true });
    const text = streamedText(client, message('One'));
    const seen: string[] = [];
    text.subscribe(() => seen.push(text.get()));
    await turn();
    push(7, ' three');
    push(0, 'of another', 8);
    push(7, ' three');
    push(10, 'ree four');
    expect(seen).toEqual(['One two', 'One two three', 'One two three four']);
    expect(asked).toHaveLength(1);
  });

  it('asks again when something was missed, once for many pieces', async () => {
    const server = { text: 'a', growing: true };
    const { client, push, asked } = clientWith(server);
    const text = streamedText(client, message('a'));
    text.subscribe(() => undefined);
    await turn();
    server.text = 'abcdef';
    push(3, 'd');
    push(4, 'e');
    push(5, 'f');
    await turn();
    expect(text.get()).toBe('abcdef');
    expect(asked).toHaveLength(2);
  });

  it('asks again with each new connection, as nothing is pushed of what was written meanwhile', async () => {
    const server = { text: 'a', growing: true };
    const { client, asked, turnTo } = clientWith(server);
    const text = streamedText(client, message('a'));
    text.subscribe(() => undefined);
    await turn();
    turnTo('waiting');
    server.text = 'abc';
    turnTo('syncing');
    await turn();
    expect([asked.length, text.get()]).toEqual([1, 'a']);
    turnTo('live');
    await turn();
    expect([asked.length, text.get()]).toEqual([2, 'abc']);
  });

  it('asks and hears nothing of a message that does not grow, or when nobody listens', async () => {
    const { client, asked, listeners, watchers } = clientWith({ text: 'a', growing: true });
    streamedText(client, message('whole', 'stopped')).subscribe(() => undefined);
    const text = streamedText(client, message('a'));
    expect([asked.length, listeners.size]).toEqual([0, 0]);
    text.subscribe(() => undefined)();
    expect([asked.length, listeners.size, watchers.size]).toEqual([1, 0, 0]);
  });
});
