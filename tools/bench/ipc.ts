import type { ChildProcess } from 'node:child_process';

/** Operations that a child answers: name → parameters and result (both plain data). */
export type Operations<M> = { [K in keyof M]: { params: unknown; result: unknown } };

interface Request {
  benchRequest: number;
  operation: string;
  params: unknown;
}

interface Reply {
  benchReply: number;
  result?: unknown;
  error?: string;
}

interface Announcement {
  benchReady: unknown;
}

type Handlers<M extends Operations<M>> = {
  [K in keyof M]: (params: M[K]['params']) => M[K]['result'] | Promise<M[K]['result']>;
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * Child side: answers the operations that have a handler and ignores all other messages, so that several modules of one
 * process (the probe, a floor) can each serve their own.
 */
export function serve<M extends Operations<M>>(handlers: Handlers<M>): void {
  process.on('message', (message: unknown) => {
    if (!isRecord(message) || typeof message['benchRequest'] !== 'number') return;
    const request = message as unknown as Request;
    if (!Object.hasOwn(handlers, request.operation)) return;
    const handler = handlers[request.operation as keyof M];
    void (async (): Promise<void> => {
      const reply: Reply = { benchReply: request.benchRequest };
      try {
        reply.result = await handler(request.params);
      } catch (error) {
        reply.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      process.send?.(reply);
    })();
  });
}

/** Child side: reports once that it is ready, with what the parent needs to know (for example its port). */
export function announce(value: unknown): void {
  process.send?.({ benchReady: value } satisfies Announcement);
}

/** Parent side of {@link serve} and {@link announce}. A request fails when the child exits before it answers. */
export class Peer<M extends Operations<M>> {
  private nextId = 1;
  private readonly waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (e: Error) => void }
  >();
  private readonly announced: Promise<unknown>;

  constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (message: unknown) => this.settle(message));
    child.on('exit', (code, signal) => this.fail(`${this.name} ended (${signal ?? String(code)})`));
    child.on('error', (error) => this.fail(`${this.name}: ${error.message}`));
    this.announced = new Promise((resolve, reject) => {
      child.on('message', (message: unknown) => {
        if (isRecord(message) && 'benchReady' in message) resolve(message['benchReady']);
      });
      child.once('exit', (code) =>
        reject(new Error(`${this.name} ended before it was ready (${String(code)})`)),
      );
    });
    this.announced.catch(() => undefined);
  }

  ready(): Promise<unknown> {
    return this.announced;
  }

  request<K extends keyof M & string>(operation: K, params: M[K]['params']): Promise<M[K]['result']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      if (!this.child.connected) {
        reject(new Error(`${this.name} is not running`));
        return;
      }
      this.waiting.set(id, { resolve, reject });
      this.child.send({ benchRequest: id, operation, params } satisfies Request);
    });
  }

  private settle(message: unknown): void {
    if (!isRecord(message) || typeof message['benchReply'] !== 'number') return;
    const reply = message as unknown as Reply;
    const entry = this.waiting.get(reply.benchReply);
    if (!entry) return;
    this.waiting.delete(reply.benchReply);
    if (reply.error === undefined) entry.resolve(reply.result);
    else entry.reject(new Error(`${this.name}: ${reply.error}`));
  }

  private fail(reason: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
  }
}
