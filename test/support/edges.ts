import { type CommandName, definitionOf } from '../../src/contract/index.js';
import type { Answer } from '../../src/contract/index.js';
import type { Client, World } from './world.js';

/** A client of one of the edges: it sends commands and reads the answers. */
export type Asker = Pick<Client, 'ask' | 'ok' | 'refused'>;

export type Edge = 'Socket.IO' | 'REST';

export const edges: readonly Edge[] = ['Socket.IO', 'REST'];

/** Chooses the route of commands that have two, by the input. */
function routeOf(command: string, input: Record<string, unknown>): CommandName {
  if (command === 'getPresence') return 'getUsersPresence';
  if (command === 'getUnreadCount' && input.chatId === undefined) return 'getUnreadTotals';
  if (command === 'markAsDelivered' && input.marks !== undefined) return 'markChatsAsDelivered';
  if (input.messageId !== undefined) return command as CommandName;
  if (command === 'markAsDelivered') return 'markChatAsDelivered';
  return command === 'markAsSeen' ? 'markChatAsSeen' : (command as CommandName);
}

/** A user of the REST routes: path, query and body follow the contract. 0: no user is named. */
export class RestAsker implements Asker {
  constructor(
    private readonly world: World,
    private readonly userId: number,
    private readonly credentials: Record<string, string> = {},
  ) {}

  async ask(command: string, input: Record<string, unknown> = {}): Promise<Answer> {
    return (await this.wired(command, input)).answer;
  }

  /** The answer, with everything by which two answers could be told apart. */
  async wired(command: string, input: Record<string, unknown>): Promise<{ answer: Answer; wire: string }> {
    const name = routeOf(command, input);
    const { rest } = definitionOf(name);
    if (!rest) throw new Error(`${name} has no route`);
    const { userIds, ...others } = input;
    const rests: Record<string, unknown> =
      userIds !== undefined && name === 'getUsersPresence'
        ? { ...others, ids: (userIds as number[]).join() }
        : { ...input };
    const path = rest.path.replaceAll(/:(\w+)/g, (_, field: string) => {
      const value = rests[field];
      delete rests[field];
      return encodeURIComponent(String(value));
    });
    const method = rest.method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
    const asked = this.world.http[method](path).set(this.credentials);
    if (this.userId !== 0) asked.set('X-User-Id', String(this.userId));
    const { status, body, headers, text } = await (rest.method === 'GET'
      ? asked.query(rests)
      : asked.send(rests));
    const answer: Answer = status < 400 ? { ok: true, data: body } : { ok: false, error: body.error };
    return { answer, wire: JSON.stringify([status, { ...headers, date: null, 'x-request-id': null }, text]) };
  }

  async ok<T = Record<string, unknown>>(command: string, input: Record<string, unknown> = {}): Promise<T> {
    const answer = await this.ask(command, input);
    if (!answer.ok) throw new Error(`${command} failed: ${JSON.stringify(answer.error)}`);
    return answer.data as T;
  }

  async refused(command: string, input: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.ask(command, input);
    if (answer.ok) throw new Error(`${command} was not refused: ${JSON.stringify(answer.data)}`);
    return answer.error.code;
  }
}

/** The user of a client over one of the edges; over REST by X-User-Id, which a stranger does not send. */
export function over(edge: Edge, world: World, client: Client): Asker {
  return edge === 'REST' ? new RestAsker(world, client.userId) : client;
}
