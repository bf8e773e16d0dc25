import { setTimeout as sleep } from 'node:timers/promises';
import { OWNER } from '../wire/address.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { keepingAgent, rest } from '../wire/rest.js';

/** Requests at a time of {@link Scene.all}. */
const AT_ONCE = 8;

/** How often a busy server is asked, and how long it gets between, in milliseconds. */
const MOST_TRIES = 10;
const AGAIN_AFTER_MS = 1_000;

/** Users that one request can make. */
const USERS_A_REQUEST = 500;

/** Messages of a socket that wait for their answer; far fewer than a socket may have. */
const MESSAGES_AT_ONCE = 100;

const TOKEN_SECONDS = 7_200;

let named = 0;

/** A name or key that nobody has. */
function newName(): string {
  return `abuse-${++named}`;
}

export interface Person {
  id: number;
  token: string;
}

/** Makes what an attack needs, as the application: through REST with an API key, and as users over sockets. */
export class Scene {
  private readonly agent = keepingAgent();

  constructor(
    private readonly httpPort: number,
    private readonly socketPort: number,
    private readonly apiKey: string,
  ) {}

  /**
   * What must succeed is asked again while the server is too busy for it.
   *
   * @throws Error unless the answer is a success.
   */
  async request<T>(method: string, path: string, body?: unknown, userId?: number): Promise<T> {
    const who = userId === undefined ? {} : { userId };
    const asking = { apiKey: this.apiKey, agent: this.agent, body, within: 30_000, ...who };
    for (let tried = 1; ; tried++) {
      const reply = await rest({ port: this.httpPort, from: OWNER }, method, path, asking);
      if (reply && reply.status < 300) return JSON.parse(reply.text) as T;
      if (reply?.status !== 503 || tried === MOST_TRIES)
        throw new Error(`${method} ${path}: ${reply ? `HTTP ${reply.status} ${reply.text}` : 'no answer'}`);
      await sleep(AGAIN_AFTER_MS);
    }
  }

  /** Ids of so many new users. */
  async people(count: number): Promise<number[]> {
    const ids: number[] = [];
    while (ids.length < count) {
      const users = Array.from({ length: Math.min(USERS_A_REQUEST, count - ids.length) }, () => ({
        externalId: newName(),
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
      const keys = Array.from({ length: Math.min(MESSAGES_AT_ONCE, count - ids.length) }, newName);
      const say = (clientId: string) => this.sayOver(socket, { senderId: id, chatId, content, clientId });
      ids.push(...(await Promise.all(keys.map(say))));
    }
    socket.close();
    return ids;
  }

  private async sayOver(socket: ChatSocket, message: object): Promise<number> {
    for (let tried = 1; ; tried++) {
      const answer = await socket.ask('sendMessage', message);
      if (answer?.ok) return (answer.data as { id: number }).id;
      if (answer?.error.code !== 'UNAVAILABLE' || tried === MOST_TRIES)
        throw new Error(`sendMessage: ${answer?.error.code ?? 'no answer'}`);
      await sleep(AGAIN_AFTER_MS);
    }
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
