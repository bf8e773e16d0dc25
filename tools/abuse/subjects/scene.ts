import { OWNER } from '../wire/address.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { keepingAgent, rest } from '../wire/rest.js';

/** Requests at a time of {@link Scene.all}. */
const AT_ONCE = 24;

/** Users that one request can make. */
const USERS_A_REQUEST = 500;

/** Messages of a socket that wait for their answer; far fewer than a socket may have. */
const MESSAGES_AT_ONCE = 100;

const TOKEN_SECONDS = 7_200;

export interface Person {
  id: number;
  token: string;
}

/** Makes what an attack needs, as the application: through REST with an API key, and as users over sockets. */
export class Scene {
  private readonly agent = keepingAgent();
  private static named = 0;

  constructor(
    private readonly httpPort: number,
    private readonly socketPort: number,
    private readonly apiKey: string,
  ) {}

  /** @throws Error unless the answer is a success. */
  async request<T>(method: string, path: string, body?: unknown, userId?: number): Promise<T> {
    const who = userId === undefined ? {} : { userId };
    const reply = await rest({ port: this.httpPort, from: OWNER }, method, path, {
      apiKey: this.apiKey,
      agent: this.agent,
      body,
      within: 30_000,
      ...who,
    });
    if (!reply || reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply ? `HTTP ${reply.status} ${reply.text}` : 'no answer'}`);
    return JSON.parse(reply.text) as T;
  }

  /** Ids of so many new users. */
  async people(count: number): Promise<number[]> {
    const ids: number[] = [];
    while (ids.length < count) {
      const users = Array.from({ length: Math.min(USERS_A_REQUEST, count - ids.length) }, () => ({
        externalId: `abuse-${++Scene.named}`,
      }));
      const made = await this.request<{ id: number }[]>('PUT', '/users', { users });
      ids.push(...made.map(({ id }) => id));
    }
    return ids;
  }

  /** A new user with a token that outlasts the run. */
  async person(): Promise<Person> {
    const [id = 0] = await this.people(1);
    return { id, token: await this.token(id) };
  }

  persons(count: number): Promise<Person[]> {
    return this.all(Array.from({ length: count }), () => this.person());
  }

  async token(userId: number): Promise<string> {
    const body = { userId, expiresInSeconds: TOKEN_SECONDS };
    return (await this.request<{ accessToken: string }>('POST', '/auth/tokens', body)).accessToken;
  }

  async directChat(user1Id: number, user2Id: number): Promise<number> {
    return (await this.request<{ id: number }>('POST', '/chats', { user1Id, user2Id })).id;
  }

  /** A group; its owner is one of its members. */
  async group(ownerId: number, memberIds: readonly number[]): Promise<number> {
    const body = { title: 'A group', memberIds: [ownerId, ...memberIds] };
    return (await this.request<{ id: number }>('POST', '/chats', body)).id;
  }

  async say(userId: number, chatId: number, content: string): Promise<number> {
    return (await this.request<{ id: number }>('POST', `/chats/${chatId}/messages`, { content }, userId)).id;
  }

  /** Many messages of one user, the same text each. @returns their ids. */
  async fill({ id, token }: Person, chatId: number, count: number, content: string): Promise<number[]> {
    const socket = await ChatSocket.connect({ port: this.socketPort, from: OWNER }, token);
    if (!socket) throw new Error('a user was refused');
    const ids: number[] = [];
    while (ids.length < count) {
      const many = Array.from({ length: Math.min(MESSAGES_AT_ONCE, count - ids.length) }, () =>
        socket.ask('sendMessage', { senderId: id, chatId, content }),
      );
      for (const answer of await Promise.all(many)) {
        if (!answer?.ok) throw new Error(`sendMessage: ${answer?.error.code ?? 'no answer'}`);
        ids.push((answer.data as { id: number }).id);
      }
    }
    socket.close();
    return ids;
  }

  /** Does something for each item, several at a time; results in the order of the items. */
  async all<T, R>(items: readonly T[], work: (item: T, nth: number) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    let next = 0;
    const line = async (): Promise<void> => {
      while (next < items.length) {
        const nth = next++;
        results[nth] = await work(items[nth] as T, nth);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, line));
    return results;
  }

  close(): void {
    this.agent.destroy();
  }
}
