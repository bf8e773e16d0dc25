import { ScriptedTransport } from '../test/scripted.js';
import { group, message, ready, synced } from '../test/views.js';
import { asUser, type Auth, withTokens } from './auth.js';
import { type ChatClient, createChat } from './chat.js';
import { ChatError } from './errors.js';

describe('The connection', () => {
  let transport: ScriptedTransport;
  let chat: ChatClient;
  let away: ChatError[];

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(() => {
    chat.stop();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const attention = { shown: () => {}, hidden: () => {}, online: () => {} };
  const begin = async (auth: Auth = asUser(1), answers = true): Promise<void> => {
    transport = new ScriptedTransport();
    away = [];
    transport.react = ({ command, answer }) => {
      if (!answers) return;
      if (command === 'sync') answer(synced());
      if (command === 'getChats') answer({ chats: [], more: false });
      if (command === 'authenticate') answer({ userId: 1, expiresAt: '' });
    };
    chat = createChat({
      url: 'http://chat.test',
      auth,
      transport,
      watch: (seen) => {
        Object.assign(attention, seen);
        return () => undefined;
      },
    });
    chat.on('signedOut', (error) => away.push(error));
    chat.start();
    await pass();
  };
  const pass = (ms = 0) => jest.advanceTimersByTimeAsync(ms);
  const state = () => chat.connection.get().state;
  /** This attempt fails, and the next one begins when it is its time. */
  const fail = async () => {
    transport.link.listener.closed();
    await pass(chat.connection.get().retryAt! - Date.now());
  };
  const live = async () => {
    transport.link.listener.event('ready', ready(1));
    await pass();
  };

  it('is opened by start, knows who it is by ready, synchronises, and is live', async () => {
    await begin();
    expect(state()).toBe('connecting');
    expect(transport.link.auth).toEqual({ userId: 1 });
    await live();
    expect(transport.link.asked.map(({ command }) => command)).toEqual(['getChats', 'getChats', 'sync']);
    expect(state()).toBe('live');
    expect(chat.me.get()?.id).toBe(1);
  });

  it('is opened again after a random part of a time that doubles, and begins anew once it was live', async () => {
    await begin();
    for (const bound of [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 20_000, 20_000]) {
      const count = transport.links.length;
      transport.link.listener.closed();
      expect(chat.connection.get()).toMatchObject({ state: 'waiting', retryAt: Date.now() + bound / 2 });
      await pass(bound / 2 - 1);
      expect(transport.links).toHaveLength(count);
      await pass(1);
      expect(transport.links).toHaveLength(count + 1);
    }
    await live();
    transport.link.listener.closed();
    expect(chat.connection.get().retryAt).toBe(Date.now() + 150);
  });

  it('waits at least as long as the server asks', async () => {
    await begin();
    transport.link.listener.refused({ code: 'OVERLOADED', retryAfterMs: 7_000 });
    expect(chat.connection.get()).toMatchObject({ state: 'waiting', retryAt: Date.now() + 7_000 });
    await pass(7_000);
    expect(transport.links).toHaveLength(2);
  });

  it('does not wait when the network or the page is back', async () => {
    await begin();
    for (const back of ['online', 'shown'] as const) {
      const count = transport.links.length;
      transport.link.listener.closed();
      attention[back]();
      await pass();
      expect(transport.links).toHaveLength(count + 1);
    }
  });

  it('is not waited for long when the page comes back during an attempt that fails', async () => {
    await begin();
    for (let nth = 0; nth < 8; nth++) await fail();
    expect(state()).toBe('connecting');
    attention.hidden();
    attention.shown();
    transport.link.listener.closed();
    expect(chat.connection.get()).toMatchObject({ state: 'waiting', retryAt: Date.now() + 150 });
  });

  it('is opened again while the page is hidden: what waits is sent, and what comes is told', async () => {
    await begin();
    await live();
    const told: string[] = [];
    chat.on('message', ({ content }) => told.push(content));
    attention.hidden();
    for (let nth = 0; nth < 8; nth++) await fail();
    chat.open(5).send('Hello!');
    const chats = [{ chat: group(5, 1), messages: [message(5, 1)], upTo: 1, reset: true, more: false }];
    transport.react = ({ command, answer }) => command === 'sync' && answer(synced({ chats }));
    await live();
    expect(transport.links).toHaveLength(9);
    expect(transport.link.of('sendMessage').map(({ input }) => input.content)).toEqual(['Hello!']);
    expect(told).toEqual([message(5, 1).content]);
  });

  it('is given up when nothing is heard after it was opened', async () => {
    await begin();
    await pass(11_999);
    expect(state()).toBe('connecting');
    await pass(1);
    expect(state()).toBe('waiting');
    expect(transport.link.closed).toBe(true);
  });

  it('is given up when sync is not answered within 3 s', async () => {
    await begin(asUser(1), false);
    transport.react = ({ command, answer }) => command === 'getChats' && answer({ chats: [], more: false });
    await live();
    expect(state()).toBe('syncing');
    await pass(3_000);
    expect(state()).toBe('waiting');
  });

  it('is tried once for all commands that are not answered, be it new or live', async () => {
    await begin(asUser(1), false);
    transport.react = ({ command, answer }) => command === 'getChats' && answer({ chats: [], more: false });
    await live();
    await pass(10_000);
    expect(transport.links[0]!.of('sync')).toHaveLength(1);

    transport.react = ({ command, answer }) => {
      if (command === 'sync') setTimeout(() => answer(synced()), 500);
      if (command === 'getChats') answer({ chats: [], more: false });
    };
    await live();
    await pass(500);
    expect(state()).toBe('live');
    const late = [1, 2, 3].map(() =>
      expect(chat.call('getMe', {})).rejects.toMatchObject({ code: 'NO_ANSWER' }),
    );
    await pass(6_000);
    await Promise.all(late);
    await pass(10_000);
    expect(transport.link.of('sync')).toHaveLength(2);
    expect(state()).toBe('live');
  });

  it('is tried where a command is not answered in six seconds, and opened again if it is dead', async () => {
    let answers = true;
    await begin(asUser(1), true);
    await live();
    const { react } = transport;
    transport.react = (asked) => answers && react(asked);
    chat.open(5).send('Hello!');
    await pass(5_999);
    const before = transport.link.of('sync').length;
    await pass(1);
    // Only that answer was lost: a sync says that all is well.
    expect(transport.link.of('sync')).toHaveLength(before + 1);
    expect(state()).toBe('live');
    answers = false;
    const { link } = transport;
    await pass(10_000);
    expect(link.closed).toBe(true);
    expect(state()).not.toBe('live');
  });

  it('is tried after the page slept for ten seconds, and opened again if it is dead', async () => {
    await begin();
    await live();
    attention.hidden();
    await pass(9_999);
    attention.shown();
    await pass();
    expect(transport.link.of('sync')).toHaveLength(1);
    attention.hidden();
    await pass(10_000);
    transport.react = () => undefined;
    attention.shown();
    await pass();
    expect(transport.link.of('sync')).toHaveLength(2);
    await pass(3_000);
    expect(state()).toBe('waiting');
  });

  it('asks for another token once when the handshake is refused, then signs out', async () => {
    const reasons: string[] = [];
    await begin(
      withTokens(({ reason }) => {
        reasons.push(reason);
        return `token ${reasons.length}`;
      }),
    );
    transport.link.listener.refused({ code: 'TOKEN_EXPIRED' });
    await pass();
    expect(transport.link.auth).toEqual({ token: 'token 2' });
    transport.link.listener.refused({ code: 'TOKEN_INVALID' });
    await pass(60_000);
    expect(reasons).toEqual(['start', 'refused']);
    expect(state()).toBe('refused');
    expect(away.map(({ code }) => code)).toEqual(['TOKEN_INVALID']);
    expect(transport.links).toHaveLength(2);
    chat.start();
    await pass();
    expect(transport.links).toHaveLength(3);
  });

  it.each(['at the handshake', 'when a token is asked for'])(
    'stays refused while somebody is deactivated, %s, and does not wait for the end of it',
    async (where) => {
      const error = {
        code: 'DEACTIVATED',
        details: { until: null, reason: 'spam' },
        retryAfterMs: 2_147_483_647,
      };
      let asked = 0;
      const get = () => {
        asked++;
        return where === 'at the handshake' ? 'token' : Promise.reject<string>(new ChatError(error));
      };
      await begin(withTokens(get));
      transport.links.at(-1)?.listener.refused(error);
      await pass(3_600_000);
      expect(chat.connection.get()).toMatchObject({ state: 'refused', retryAt: null, error });
      expect([asked, away]).toEqual([1, []]);
      chat.start();
      await pass();
      expect(asked).toBe(2);
    },
  );

  it('gets the next token when this one is about to expire, and a new one when it has ended', async () => {
    const reasons: string[] = [];
    await begin(
      withTokens(({ reason }) => {
        reasons.push(reason);
        return reason;
      }),
    );
    await live();
    transport.link.listener.event('tokenExpiring', { userId: 1, expiresAt: '' });
    await pass();
    expect(transport.link.of('authenticate').map(({ input }) => input)).toEqual([{ token: 'expiring' }]);
    transport.link.listener.event('exception', { command: null, code: 'TOKEN_EXPIRED', message: '' });
    transport.link.listener.closed();
    await pass(150);
    expect(transport.link.auth).toEqual({ token: 'expired' });
    expect(reasons).toEqual(['start', 'expiring', 'expired']);
  });

  it('asks for one token, however many need it', async () => {
    let asked = 0;
    let give: (token: string) => void = () => {};
    const auth = withTokens(() => {
      asked++;
      return new Promise((resolve) => (give = resolve));
    });
    await begin(auth);
    const others = [auth.handshake('expiring'), auth.handshake('expired')];
    await pass();
    give('one');
    expect(await Promise.all(others)).toEqual([{ token: 'one' }, { token: 'one' }]);
    expect(asked).toBe(1);
  });

  it('tries again when no token could be had', async () => {
    let tries = 0;
    await begin(
      withTokens(() => {
        if (tries++ === 0) throw new Error('the shop is closed');
        return 'token';
      }),
    );
    expect(chat.connection.get()).toMatchObject({
      state: 'waiting',
      error: { message: 'the shop is closed' },
    });
    await pass(150);
    expect(transport.link.auth).toEqual({ token: 'token' });
  });

  it('is refused by a server that is too old, with both numbers, and not tried again', async () => {
    await begin();
    transport.link.listener.event('ready', ready(1, { protocol: 0 }));
    await pass(60_000);
    expect(chat.connection.get()).toMatchObject({ state: 'refused', error: { code: 'UNSUPPORTED_SERVER' } });
    expect(chat.connection.get().error?.message).toMatch(/needs protocol 1, and the server speaks 0/);
    expect(transport.links).toHaveLength(1);
  });

  it('does not hear what an earlier one still says', async () => {
    await begin();
    await live();
    const old = transport.link;
    old.listener.closed();
    await pass(150);
    await live();
    old.listener.event('ready', ready(99));
    old.listener.closed();
    await pass();
    expect(state()).toBe('live');
    expect(chat.me.get()?.id).toBe(1);
  });

  it('answers every command: refused while there is none, unanswered when it ends, closed after stop', async () => {
    await begin();
    await expect(chat.call('getMe', {})).rejects.toMatchObject({
      code: 'OFFLINE',
      command: 'getMe',
      retryable: true,
    });
    await live();
    const cut = chat.call('getMe', {});
    transport.link.listener.closed();
    await expect(cut).rejects.toMatchObject({ code: 'NO_ANSWER' });
    await pass(150);
    await live();
    const slow = chat.call('getMe', {});
    const late = expect(slow).rejects.toMatchObject({ code: 'NO_ANSWER' });
    await pass(6_000);
    await late;
    const stopped = chat.call('getMe', {});
    chat.stop();
    await expect(stopped).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(chat.call('getMe', {})).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('synchronises at a random moment when the server asks for it, once', async () => {
    await begin();
    await live();
    for (let i = 0; i < 3; i++) transport.link.listener.event('syncNeeded', { withinMs: 1_000 });
    await pass(499);
    expect(transport.link.of('sync')).toHaveLength(1);
    await pass(1);
    expect(transport.link.of('sync')).toHaveLength(2);
    await pass(10_000);
    expect(transport.link.of('sync')).toHaveLength(2);
  });
});
