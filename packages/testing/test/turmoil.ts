import { type ChatServer, type Message, type Person, RestError } from '../src/index.js';

/** The same numbers from 0 to 1 for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const EMOJI = ['👍', '🎉', '❤️'];

/** Chats of Alice, in which she and others do everything that a store has to follow. */
export class Turmoil {
  private readonly sent = new Map<number, Message[]>();

  constructor(
    private readonly server: ChatServer,
    private readonly people: { alice: Person; bob: Person; carol: Person; dave: Person },
    /** Bob owns `coming`, from which he removes Alice, and adds her again. */
    private readonly chats: { direct: number; group: number; coming: number },
    private readonly chance: () => number,
  ) {}

  private one<T>(list: readonly T[]): T {
    return list[Math.floor(this.chance() * list.length)]!;
  }

  /** Does one thing, in the name of one of them. What is refused, because it is too late for it, is no fault. */
  async step(nr: number): Promise<void> {
    try {
      await this.act(nr);
    } catch (error) {
      if (!(error instanceof RestError) || error.status >= 500) throw error;
    }
  }

  /** Every chat has Alice, and a message that she has not cleared. */
  async end(): Promise<void> {
    const { alice, bob } = this.people;
    const { direct, group, coming } = this.chats;
    await this.server.rest('POST', `/chats/${coming}/members`, { userIds: [alice.id] }, bob);
    for (const chatId of [direct, group, coming])
      await this.server.rest('POST', `/chats/${chatId}/messages`, { content: 'the end' }, bob);
  }

  /** What Alice may do where Bob is the owner, and what she is told of it. */
  private async rule(): Promise<void> {
    const { alice, bob } = this.people;
    const { coming } = this.chats;
    const member = `/chats/${coming}/members/${alice.id}`;
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const [method, path, body, as] = this.one<
      ['PATCH' | 'PUT' | 'DELETE', string, object | undefined, Person]
    >([
      ['PATCH', `/chats/${coming}`, { sending: this.one(['all', 'admins']) }, bob],
      ['PATCH', `/chats/${coming}`, { addMembers: this.one(['admins', 'members']) }, bob],
      ['PATCH', member, { role: this.one(['member', 'admin']) }, bob],
      ['PUT', `${member}/silence`, { until }, bob],
      ['DELETE', `${member}/silence`, undefined, bob],
      ['PATCH', `/chats/${coming}/membership`, { notify: this.one([null, 'all', 'mentions']) }, alice],
    ]);
    await this.server.rest(method, path, body, as);
  }

  private async act(nr: number): Promise<void> {
    const { alice, bob, carol, dave } = this.people;
    const { direct, group, coming } = this.chats;
    const place = this.chance();
    const chatId = place < 0.35 ? direct : place < 0.85 ? group : coming;
    const who = this.one(chatId === direct ? [alice, bob] : [alice, bob, carol]);
    const rest = <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object, as = who) =>
      this.server.rest<T>(method, path, body, as);
    const known = this.sent.get(chatId) ?? [];
    const dice = this.chance();
    if (known.length === 0 || dice < 0.45) {
      const more = {
        ...(known.length > 0 && this.chance() < 0.25 ? { replyToId: this.one(known).id } : {}),
        ...(this.chance() < 0.2 ? { metadata: { mentions: [alice.id] } } : {}),
      };
      const message = await rest<Message>('POST', `/chats/${chatId}/messages`, {
        content: `nr ${nr}`,
        ...more,
      });
      this.sent.set(chatId, [...known, message]);
      return;
    }
    const message = this.one(known.slice(-20));
    const author = [alice, bob, carol].find(({ id }) => id === message.senderId)!;
    const reaction = `/messages/${message.id}/reactions/${encodeURIComponent(this.one(EMOJI))}`;
    if (chatId === coming && dice < 0.55)
      await (this.chance() < 0.5
        ? rest('DELETE', `/chats/${coming}/members/${alice.id}`, undefined, bob)
        : rest('POST', `/chats/${coming}/members`, { userIds: [alice.id] }, bob));
    else if (dice < 0.6) {
      const mentions = this.one([{}, { metadata: null }, { metadata: { mentions: [alice.id] } }]);
      await rest('PATCH', `/messages/${message.id}`, { content: `edited ${nr}`, ...mentions }, author);
    } else if (dice < 0.72) await rest('PUT', reaction, {});
    else if (dice < 0.78) await rest('DELETE', reaction);
    else if (dice < 0.82) await rest('DELETE', `/messages/${message.id}?for=everyone`, undefined, author);
    else if (dice < 0.85) await rest('DELETE', `/messages/${message.id}?for=me`, undefined, alice);
    else if (dice < 0.9) await rest('POST', `/chats/${chatId}/seen`, { seq: message.seq });
    else if (dice < 0.92) await rest('POST', `/chats/${chatId}/unread`, { messageId: message.id }, alice);
    else if (dice < 0.93) await rest('POST', `/chats/${coming}/clear`, {}, alice);
    else if (dice < 0.95)
      await rest('PATCH', `/chats/${chatId}/membership`, { pinned: this.chance() < 0.5 }, alice);
    else if (dice < 0.97) await rest('PATCH', `/chats/${group}`, { title: `title ${nr}` }, alice);
    else if (dice < 0.975) await this.rule();
    else if (dice < 0.985) await rest('POST', `/chats/${group}/members`, { userIds: [dave.id] }, alice);
    else await rest('DELETE', `/chats/${group}/members/${dave.id}`, undefined, alice);
  }
}
