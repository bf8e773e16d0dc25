import type { ScryptOptions } from 'node:crypto';
import { Worker } from 'node:worker_threads';

/** Below the threads that serve chat, so it gets the CPU time they leave; still a fourth of a core that is full. */
const NICENESS = 5;

/** On Linux the priority applies to the thread; elsewhere it would apply to the whole process. */
const PROGRAM = `
  const { scryptSync } = require('node:crypto');
  const { setPriority } = require('node:os');
  const { parentPort } = require('node:worker_threads');
  if (process.platform === 'linux') setPriority(${NICENESS});
  parentPort.on('message', ({ password, salt, bytes, options }) => {
    parentPort.postMessage(scryptSync(password, salt, bytes, options));
  });
`;

interface Pending {
  resolve(key: Buffer): void;
  reject(error: Error): void;
}

/**
 * scrypt on its own thread, started at first use: libuv's four threads stay free for the rest of the process. One call
 * at a time.
 */
export class ScryptThread {
  private worker: Worker | null = null;
  private pending: Pending | null = null;

  derive(password: string, salt: Buffer, bytes: number, options: ScryptOptions): Promise<Buffer> {
    if (this.pending) throw new Error('scrypt is already running: wait for it');
    this.worker ??= this.begin();
    const { worker } = this;
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      worker.postMessage({ password, salt, bytes, options });
    });
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  private begin(): Worker {
    const worker = new Worker(PROGRAM, { eval: true });
    worker.unref();
    worker.on('message', (key: Uint8Array) => this.settle((pending) => pending.resolve(Buffer.from(key))));
    const ended = (error: Error) => {
      if (this.worker !== worker) return;
      this.worker = null;
      this.settle((pending) => pending.reject(error));
    };
    worker.on('error', ended);
    worker.on('exit', () => ended(new Error('The scrypt thread has ended')));
    return worker;
  }

  private settle(how: (pending: Pending) => void): void {
    const { pending } = this;
    this.pending = null;
    if (pending) how(pending);
  }
}
