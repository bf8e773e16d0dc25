import { keepingAgent, rest } from '../wire/rest.js';
import { BYSTANDER } from '../wire/address.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { type Figures, Phase } from './figures.js';

/** Milliseconds between two messages of the pair: 20 a second, and no user is near a limit. */
const MESSAGE_EVERY_MS = 50;

/** Milliseconds between two rounds of reads and health checks. */
const ROUND_EVERY_MS = 1_000;

/** A command is answered within 5 s. A busy machine gets 3 s more before it counts as not answered. */
const ANSWER_WITHIN_MS = 8_000;

export interface PairOf {
  httpPorts: number[];
  socketPorts: number[];
  /** In open mode without tokens. */
  people: { id: number; token: string | null }[];
  chatId: number;
}

interface Person {
  id: number;
  token: string | null;
  httpPort: number;
  socket: ChatSocket;
}

/** Two users who chat with each other, each on a node. */
export class Pair {
  private phase = new Phase();
  private sent = 0;
  private readonly pushed = new Map<string, () => void>();
  private readonly agent = keepingAgent();

  private constructor(
    private readonly people: readonly Person[],
    private readonly chatId: number,
  ) {
    for (const { socket } of people) socket.onPacket = (packet) => this.hear(packet);
    setInterval(() => this.say(), MESSAGE_EVERY_MS);
    setInterval(() => this.look(), ROUND_EVERY_MS);
    let expected = performance.now() + 20;
    setInterval(() => {
      const now = performance.now();
      this.phase.ownDelay = Math.max(this.phase.ownDelay, now - expected);
      expected = now + 20;
    }, 20);
  }

  static async open({ httpPorts, socketPorts, people, chatId }: PairOf): Promise<Pair> {
    const opened = people.map(async ({ id, token }, nth): Promise<Person> => {
      const port = socketPorts[nth % socketPorts.length] ?? 0;
      const socket = await ChatSocket.connect({ port, from: BYSTANDER }, token);
      if (!socket) throw new Error('the bystander was refused');
      if (token === null) await socket.ask('userOnline', id);
      return { id, token, socket, httpPort: httpPorts[nth % httpPorts.length] ?? 0 };
    });
    return new Pair(await Promise.all(opened), chatId);
  }

  begin(): void {
    this.phase = new Phase();
  }

  async end(): Promise<Figures> {
    const { phase } = this;
    this.phase = new Phase();
    await phase.settled();
    return phase.figures();
  }

  private say(): void {
    const sender = this.people[this.sent % this.people.length];
    if (!sender) return;
    const content = `bystander ${++this.sent}`;
    const arrived = new Promise<string>((resolve) => this.pushed.set(content, () => resolve('')));
    const forget = (result: string | null): string | null => {
      this.pushed.delete(content);
      return result;
    };
    this.phase.follow('pushes', 'push', within(arrived).then(forget));
    this.command(sender, 'sendMessage', { senderId: sender.id, chatId: this.chatId, content });
  }

  private look(): void {
    const [one, other] = this.people;
    if (!one || !other) return;
    this.command(one, 'getMessages', { chatId: this.chatId, limit: 20 });
    this.command(other, 'getOnlineUsers', { userId: other.id });
    this.command(one, 'getPresence', { userIds: [other.id], userId: one.id });
    this.command(other, 'getChats', { userId: other.id });
    this.request(one, `/chats/${this.chatId}/messages?limit=20`, true);
    this.request(other, '/health/live', false);
  }

  private command({ socket }: Person, name: string, data: unknown): void {
    const answered = socket.ask(name, data).then((answer) => {
      if (answer === null) return null;
      return answer.ok ? '' : answer.error.code;
    });
    this.phase.follow('commands', name, within(answered));
  }

  /** A health check has a connection of its own, like those of most load balancers. */
  private request({ id, token, httpPort }: Person, path: string, keeps: boolean): void {
    const endpoint = { port: httpPort, from: BYSTANDER };
    const who = token === null ? { userId: id } : { token };
    const asked = rest(endpoint, 'GET', path, {
      ...who,
      agent: keeps && this.agent,
      within: ANSWER_WITHIN_MS,
    });
    const code = asked.then((reply) => {
      if (reply === null) return null;
      return reply.status < 400 ? '' : `HTTP ${reply.status}`;
    });
    this.phase.follow('requests', path.startsWith('/health') ? '/health/live' : 'REST', within(code));
  }

  private hear(packet: string): void {
    const [, content] = /^42\["newMessage".*"content":"(bystander \d+)"/.exec(packet) ?? [];
    if (content !== undefined) this.pushed.get(content)?.();
  }
}

/** Null when it takes too long. */
async function within(work: Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS)));
  const result = await Promise.race([work, late]);
  clearTimeout(timer);
  return result;
}
