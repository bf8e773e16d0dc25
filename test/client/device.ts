import { setTimeout as pass } from 'node:timers/promises';
import { SignJWT } from 'jose';
import {
  type ChatClient,
  createChat,
  memory,
  type Room,
  type Storage,
  type TokenReason,
  withTokens,
} from '../../packages/client/src/index.js';
import { type Faults, FaultyTransport, NO_FAULTS } from './faulty-transport.js';

/** Milliseconds that a device needs to write. */
const WRITE_MS = 3;

export interface DeviceOptions {
  url: string;
  /** The server's JWT_SECRET. */
  secret: string;
  userId: number;
  /** The chats that are open on it. */
  chatIds: readonly number[];
  chance: () => number;
}

/**
 * One person's device with the client under test, over a bad network, with tokens that do not last. Its page may be loaded
 * anew at any moment: then a new client begins with what was written on the device by then.
 */
export class Device {
  chat!: ChatClient;
  rooms: Room[] = [];
  /** The `clientId` of each message that was written on the device before it was sent. */
  readonly written = new Set<string>();
  /** Why tokens were asked for. */
  readonly reasons: TokenReason[] = [];
  /** From now on no token lasts. */
  brief = false;
  reloads = 0;
  cuts = 0;
  private readonly storage = memory();
  private transport!: FaultyTransport;
  private faults = NO_FAULTS;
  /** The network is back: the client need not wait for its next attempt. */
  online: () => void = () => undefined;
  /** Ends the page: from then on it writes nothing. */
  private end: () => void = () => undefined;

  constructor(private readonly options: DeviceOptions) {
    this.begin();
  }

  get userId(): number {
    return this.options.userId;
  }

  /** Of this page: the connections that were cut, and how often `sync` was asked for. */
  get network(): Pick<FaultyTransport, 'cuts' | 'syncs'> {
    return this.transport;
  }

  suffer(faults: Faults | null): void {
    this.faults = faults ?? NO_FAULTS;
    this.transport.faults = this.faults;
  }

  cut(): void {
    this.cuts++;
    this.transport.cut();
  }

  /** As a browser does it: what is under way is gone, and nothing is told that it ends. */
  reload(): void {
    this.reloads++;
    this.end();
    this.chat.stop();
    this.begin();
  }

  private begin(): void {
    const { url, chance, chatIds } = this.options;
    const page = { ended: false };
    this.end = () => void (page.ended = true);
    this.transport = new FaultyTransport(url, chance);
    this.transport.faults = this.faults;
    this.chat = createChat({
      url,
      auth: withTokens(({ reason }) => this.token(reason)),
      transport: this.transport,
      storage: this.whileOpen(page),
      watch: (attention) => {
        this.online = () => attention.online();
        return () => undefined;
      },
    });
    this.rooms = chatIds.map((id) => this.chat.open(id));
    for (const room of this.rooms) room.members.subscribe(() => undefined);
    this.chat.start();
  }

  /** While it suffers, some are too old already, or will be in a second or two. Not all: a second refusal is final. */
  private async token(reason: TokenReason): Promise<string> {
    const { userId, secret, chance } = this.options;
    this.reasons.push(reason);
    const dice = chance();
    const lasts = this.faults === NO_FAULTS || reason === 'refused' || (dice < 0.4 && !this.brief);
    const seconds = lasts ? 600 : dice < 0.5 && !this.brief ? -1 : 2;
    if (chance() < 0.1) await pass(100);
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: 'chat-messaging-api', aud: 'chat-messaging-api', sub: String(userId) })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(Buffer.from(secret));
  }

  private whileOpen(page: { ended: boolean }): Storage {
    return {
      open: async (scope) => {
        const session = await this.storage.open(scope);
        return {
          ...session,
          write: async (rows) => {
            await pass(WRITE_MS);
            // Nobody hears whether it was written.
            if (page.ended) return new Promise(() => undefined);
            await session.write(rows);
            for (const { kind, value } of rows) {
              const entry = value as { id: string; command: string } | undefined;
              if (kind === 'outbox' && entry?.command === 'sendMessage') this.written.add(entry.id);
            }
          },
        };
      },
    };
  }
}
