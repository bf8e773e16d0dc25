import type { Auth, TokenReason } from './auth.js';
import type { Commands, Ready } from './contract.gen.js';
import { backOff, ChatError, type ErrorAnswer, MOST_INTERNAL, OF_TOKEN, toChatError } from './errors.js';
import type { Batch } from './store/readable.js';
import { Cell } from './store/readable.js';
import type { Link, Transport } from './transport/transport.js';

/** The protocol that this client needs. */
export const NEEDED_PROTOCOL = 1;

/** Milliseconds within which an answer has to come; those that hold up everything have less. */
const ANSWER_MS = 6_000;
const URGENT_MS = 3_000;
const URGENT: ReadonlySet<string> = new Set(['userOnline', 'authenticate', 'sync']);

/** A page that was hidden for that long, in milliseconds, asks whether its connection still lives. */
const ASLEEP_MS = 10_000;

/**
 * - `stopped`: before `start`, and after `stop`.
 * - `connecting`: a connection is being opened.
 * - `syncing`: it stands, and what was missed is read.
 * - `live`: everything is here, and what happens is heard.
 * - `waiting`: there is none; the next attempt is at `retryAt`.
 * - `refused`: the server does not want this person or this client. `start` tries again.
 */
export type ConnectionState = 'stopped' | 'connecting' | 'syncing' | 'live' | 'waiting' | 'refused';

export interface ConnectionView {
  state: ConnectionState;
  /** When it began, in milliseconds of this device's clock. */
  since: number;
  /** When the next attempt is made; null but in `waiting`. */
  retryAt: number | null;
  /** Why it is `refused` or `waiting`, if that is known. */
  error: ChatError | null;
}

export interface ConnectionParts {
  transport: Transport;
  auth: Auth;
  batch: Batch;
  /** The server has said who this is. Before anything is read. */
  ready(ready: Ready): Promise<void> | void;
  /** Reads what was missed, until nothing is missing. */
  catchUp(): Promise<void>;
  /** From now on what is sent is sent. */
  live(): void;
  /** An event, or the answer to a command as the event that it stands for. */
  event(name: string, body: unknown): void;
  /** Nobody is signed in any more: the server refused even a new token. */
  signedOut(error: ChatError): void;
}

type End<T> = (error: ChatError | null, value?: T) => void;

/** One connection at a time: opened, kept, and opened again. */
export class Connection {
  #view: ConnectionView = { state: 'stopped', since: Date.now(), retryAt: null, error: null };
  readonly status: Cell<ConnectionView>;
  #link: Link | null = null;
  #attempts = 0;
  /** Rises with each attempt: what an earlier one still does is dropped. */
  #round = 0;
  /** The attempt whose connection is probed; 0: none. */
  #probing = 0;
  #reason: TokenReason = 'start';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiddenAt: number | null = null;
  #renewing: Promise<void> | null = null;
  readonly #unanswered = new Set<(error: ChatError) => void>();

  readonly #parts: ConnectionParts;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;

    this.status = new Cell(parts.batch, () => this.#view);
  }

  get state(): ConnectionState {
    return this.#view.state;
  }

  get isLive(): boolean {
    return this.state === 'live';
  }

  /** Whether commands are answered. */
  get isConnected(): boolean {
    return this.isLive || this.state === 'syncing';
  }

  start(): void {
    if (this.state !== 'stopped' && this.state !== 'refused') return;
    this.#attempts = 0;
    void this.#connect();
  }

  stop(): void {
    this.#end('CLOSED');
    this.#turn('stopped');
  }

  /** The network or the page is back: no waiting, and if an attempt that is under way fails, no long one. */
  wake(): void {
    this.#attempts = 0;
    if (this.state === 'waiting') void this.#connect();
  }

  hidden(): void {
    this.#hiddenAt ??= Date.now();
  }

  /** The page is in front again. A connection that slept may be dead and not know it. */
  shown(): void {
    const slept = this.#hiddenAt !== null && Date.now() - this.#hiddenAt >= ASLEEP_MS;
    this.#hiddenAt = null;
    this.wake();
    if (slept && this.isLive) void this.probe();
  }

  /**
   * Asks whether the connection lives, by reading what was missed; where that is being done, it is enough. `ready`: of one
   * that is new. Never rejects.
   */
  async probe(ready?: Ready): Promise<void> {
    const round = this.#round;
    if (round === this.#probing) return;
    this.#probing = round;
    try {
      if (ready) await this.#parts.ready(ready);
      if (round === this.#round) await this.#parts.catchUp();
    } catch (error) {
      if (round === this.#round) this.#lost(toChatError(error));
    }
    if (round === this.#probing) this.#probing = 0;
  }

  /**
   * Sends a command, and gives the `data` of its answer.
   *
   * @throws ChatError the server's, or OFFLINE, NO_ANSWER, CLOSED
   */
  ask<C extends keyof Commands>(command: C, input: Commands[C]['input']): Promise<Commands[C]['result']> {
    const link = this.#link;
    if (!link || !this.isConnected)
      return Promise.reject(
        new ChatError({ code: this.state === 'stopped' ? 'CLOSED' : 'OFFLINE' }, command),
      );
    return this.#within<Commands[C]['result']>(
      URGENT.has(command) ? URGENT_MS : ANSWER_MS,
      () => {
        // Where nothing is answered any more, the connection is dead and does not know it.
        void this.probe();
        return new ChatError({ code: 'NO_ANSWER' }, command);
      },
      (end) =>
        void link.ask(command, input).then(
          (answer) =>
            answer.ok
              ? end(null, answer.data as Commands[C]['result'])
              : end(new ChatError(answer.error, command)),
          (error: unknown) => end(toChatError(error, command)),
        ),
    );
  }

  /**
   * Does it, and does it again on the same connection where time heals: after the time that the server names, or a back-off.
   * An internal error of the server has five tries, and what fails here, one.
   *
   * @throws ChatError what lasts, or that the connection has ended
   */
  async again<T>(work: () => Promise<T>): Promise<T> {
    const round = this.#round;
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const fault = toChatError(error);
        const lasting = error !== fault || (fault.code === 'INTERNAL' && tries >= MOST_INTERNAL);
        if (lasting || !fault.retryable || !this.#link || round !== this.#round) throw fault;
        await this.#within(fault.retryAfterMs ?? backOff(tries - 1), () => null);
      }
    }
  }

  /** Ends as `begin` says, after so many milliseconds, or fails with the connection: whichever is first. */
  #within<T>(ms: number, late: () => ChatError | null, begin?: (end: End<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const end: End<T> = (error, value) => {
        clearTimeout(timer);
        this.#unanswered.delete(end);
        if (error) reject(error);
        else resolve(value as T);
      };
      const timer = setTimeout(() => end(late()), ms);
      this.#unanswered.add(end);
      begin?.(end);
    });
  }

  /** The token is about to expire, or was not accepted: the server gets another one over the open connection, once for all. */
  renew(): Promise<void> {
    return (this.#renewing ??= this.#renew().finally(() => (this.#renewing = null)));
  }

  async #renew(): Promise<void> {
    const round = this.#round;
    try {
      const auth = await this.#parts.auth.handshake('expiring');
      if (round !== this.#round || typeof auth.token !== 'string') return;
      await this.ask('authenticate', { token: auth.token });
    } catch {
      // The connection ends with its token; the next one asks for a new one.
      this.#reason = 'expired';
    }
  }

  async #connect(): Promise<void> {
    this.#end();
    const round = ++this.#round;
    const now = () => round === this.#round;
    this.#turn('connecting');
    let auth: Record<string, unknown>;
    try {
      auth = await this.#parts.auth.handshake(this.#reason);
    } catch (error) {
      if (!now()) return;
      const fault = toChatError(error);
      // What else went wrong on the way to a token may be the network's, or a proxy's.
      this.#failed(fault, !OF_TOKEN.has(fault.code) && fault.code !== 'DEACTIVATED');
      return;
    }
    if (!now()) return;
    // A server that takes the connection and says nothing is as good as none.
    this.#timer = setTimeout(() => now() && this.#lost(), 2 * ANSWER_MS);
    this.#link = this.#parts.transport.open(auth, {
      refused: (error) => now() && this.#refused(error),
      closed: () => now() && this.#lost(),
      event: (name, body) => {
        if (!now()) return;
        if (name === 'ready') void this.#ready(body as Ready, now);
        else if (name === 'tokenExpiring') void this.renew();
        else if (name === 'exception') this.#said(body as ErrorAnswer & { command: string | null });
        else this.#parts.event(name, body);
      },
    });
  }

  async #ready(ready: Ready, now: () => boolean): Promise<void> {
    clearTimeout(this.#timer);
    if (ready.protocol < NEEDED_PROTOCOL) {
      const message = `This client needs protocol ${NEEDED_PROTOCOL}, and the server speaks ${ready.protocol}.`;
      this.#refuse(new ChatError({ code: 'UNSUPPORTED_SERVER', message }));
      return;
    }
    this.#reason = 'start';
    this.#turn('syncing');
    await this.probe(ready);
    if (!now()) return;
    this.#attempts = 0;
    this.#turn('live');
    this.#parts.live();
  }

  /** The server closes the connection, and says why. */
  #said({ command, code }: ErrorAnswer & { command: string | null }): void {
    if (command === null && OF_TOKEN.has(code)) this.#reason = 'expired';
  }

  #refused(error: ErrorAnswer): void {
    if (OF_TOKEN.has(error.code) && this.#parts.auth.renews && this.#reason !== 'refused') {
      this.#reason = 'refused';
      void this.#connect();
    } else this.#failed(new ChatError(error));
  }

  /** There is no connection, or no token to be had. */
  #failed(error: ChatError, again = error.retryable): void {
    if (again) return this.#lost(error);
    this.#refuse(error);
    if (OF_TOKEN.has(error.code)) this.#parts.signedOut(error);
  }

  #refuse(error: ChatError): void {
    this.#end();
    this.#reason = 'start';
    this.#turn('refused', { error });
  }

  #lost(error: ChatError | null = null): void {
    this.#end();
    const ms = Math.max(error?.retryAfterMs ?? 0, backOff(this.#attempts++));
    this.#turn('waiting', { error, retryAt: Date.now() + ms });
    this.#timer = setTimeout(() => void this.#connect(), ms);
  }

  #end(code: 'NO_ANSWER' | 'CLOSED' = 'NO_ANSWER'): void {
    this.#round++;
    clearTimeout(this.#timer);
    const link = this.#link;
    this.#link = null;
    link?.close();
    for (const fail of [...this.#unanswered]) fail(new ChatError({ code }));
  }

  #turn(state: ConnectionState, more: Partial<ConnectionView> = {}): void {
    this.#view = { state, since: Date.now(), retryAt: null, error: null, ...more };
    this.status.invalidate();
  }
}
