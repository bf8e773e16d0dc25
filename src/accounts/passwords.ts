import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '../contract/index.js';
import { ScryptThread } from './scrypt-thread.js';
import { Semaphore } from '../common/flow/semaphore.js';

/** One of the equally strong minimum settings that OWASP recommends: 16 MiB and about 0.2 s per password. */
const SETTING = { cost: 14, blockSize: 8, parallelization: 5 };

const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** One at a time: as a rule there are no cores to spare beside the chat. */
const AT_ONCE = 1;

/** Most requests that wait, and for how many milliseconds: after a longer wait the answer would come too late. */
const MAX_WAITING = 16;
const PATIENCE_MS = 2_500;

const RETRY_AFTER_MS = 2_000;

/** `$scrypt$ln=14,r=8,p=5$salt$key`: the setting is stored with the hash, so that it can be raised. */
const FORM = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

type Setting = typeof SETTING;

/** Compared with the password when the username is unknown. */
const DUMMY_HASH = formOf(SETTING, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));

/** Hashes and checks passwords. All of them use one thread; beyond the queue's limit, requests are refused. */
@Injectable()
export class Passwords implements OnApplicationShutdown {
  private readonly thread = new ScryptThread();
  private readonly turns = new Semaphore({
    atOnce: AT_ONCE,
    maxWaiting: MAX_WAITING,
    patienceMs: PATIENCE_MS,
    refusal: () => new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS }),
  });

  /** @throws AppError OVERLOADED */
  hash(password: string): Promise<string> {
    return this.turns.run(async () => {
      const salt = randomBytes(SALT_BYTES);
      return formOf(SETTING, salt, await this.derive(password, salt, SETTING));
    });
  }

  /**
   * Returns what `find` finds if the password matches it, else null. Takes the same time when `find` finds nothing.
   * `find` is not called for a refused request.
   *
   * @throws AppError OVERLOADED
   */
  matching<T extends { passwordHash: string }>(
    password: string,
    find: () => Promise<T | undefined>,
  ): Promise<T | null> {
    return this.turns.run(async () => {
      const found = await find();
      const right = await this.matches(password, found?.passwordHash ?? DUMMY_HASH);
      return found && right ? found : null;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.thread.stop();
  }

  private async matches(password: string, hash: string): Promise<boolean> {
    const parts = FORM.exec(hash);
    if (!parts) throw new Error('A stored password hash has an unknown format');
    const [, cost, blockSize, parallelization, salt = '', key = ''] = parts;
    const setting = {
      cost: Number(cost),
      blockSize: Number(blockSize),
      parallelization: Number(parallelization),
    };
    const known = Buffer.from(key, 'base64');
    const derived = await this.derive(password, Buffer.from(salt, 'base64'), setting);
    return known.length === derived.length && timingSafeEqual(known, derived);
  }

  /** The same characters may be typed as different code points: NFKC unifies them. */
  private derive(password: string, salt: Buffer, setting: Setting): Promise<Buffer> {
    const { cost, blockSize, parallelization } = setting;
    const N = 2 ** cost;
    const options = { N, r: blockSize, p: parallelization, maxmem: 2 * 128 * N * blockSize };
    return this.thread.derive(password.normalize('NFKC'), salt, KEY_BYTES, options);
  }
}

function formOf({ cost, blockSize, parallelization }: Setting, salt: Buffer, key: Buffer): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=${cost},r=${blockSize},p=${parallelization}$${text(salt)}$${text(key)}`;
}
