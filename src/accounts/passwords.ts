import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '../contract/index.js';
import { ScryptThread } from './scrypt-thread.js';
import { Semaphore } from '../common/flow/semaphore.js';

/** One of the settings of equal strength that OWASP asks for at least: 16 MiB and about 0.2 s a password. */
const SETTING = { cost: 14, blockSize: 8, parallelization: 5 };

const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** One at a time: there are as a rule no more cores than it takes to chat. */
const AT_ONCE = 1;

/** Most that wait, and for how long in milliseconds: who is let in later would be answered too late. */
const MAX_WAITING = 16;
const PATIENCE_MS = 2_500;

const RETRY_AFTER_MS = 2_000;

/** `$scrypt$ln=14,r=8,p=5$salt$key`: the setting goes with the hash, so that it can be raised. */
const FORM = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

type Setting = typeof SETTING;

/** Nobody's: what the password of an unknown name is compared with. */
const NOBODYS = formOf(SETTING, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));

/** Hashes of passwords. However many come at once, they take one thread, and those too many are refused. */
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
   * Whom `find` finds, if the password is theirs, else null. It takes the same time when nobody is found. `find`
   * is not called for those who are refused.
   *
   * @throws AppError OVERLOADED
   */
  matching<T extends { passwordHash: string }>(
    password: string,
    find: () => Promise<T | undefined>,
  ): Promise<T | null> {
    return this.turns.run(async () => {
      const found = await find();
      const right = await this.matches(password, found?.passwordHash ?? NOBODYS);
      return found && right ? found : null;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.thread.stop();
  }

  private async matches(password: string, hash: string): Promise<boolean> {
    const parts = FORM.exec(hash);
    if (!parts) throw new Error('A password hash has an unknown form');
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

  /** The same characters may be typed as different code points: NFKC makes them one. */
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
