import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { type AccountView, AppError } from '../contract/index.js';
import { Database, type Transaction } from '../database/database.js';
import { Session } from '../database/models/session.model.js';
import type { Runner } from '../database/statement.js';
import { beginSession, endSession, rotateSession } from './accounts.queries.js';

/** Most sessions of one user; a new one replaces the one that was refreshed least recently. */
const MAX_SESSIONS = 100;

const ID_BYTES = 16;
const SECRET_BYTES = 32;

/** The result of beginning or refreshing a session. */
export interface Begun {
  user: AccountView;
  refreshToken: string;
  refreshExpiresAt: string;
}

/**
 * Families of refresh tokens. A token is its session's id and a secret. Only the hash of the newest token's secret is
 * stored. If an older token is used again, the session ends, because one of the two was stolen.
 */
@Injectable()
export class Sessions {
  constructor(
    private readonly database: Database,
    @InjectModel(Session) private readonly sessions: typeof Session,
  ) {}

  /** @throws AppError CREDENTIALS_WRONG when the password has been changed meanwhile. */
  async begin(
    userId: number,
    passwordHash: string,
    days: number,
    runner: Runner = this.database,
  ): Promise<Begun> {
    const id = randomUUID();
    const { token, hash } = newToken(id);
    const row = await beginSession(runner, {
      id,
      userId,
      tokenHash: hash,
      days,
      passwordHash,
      most: MAX_SESSIONS,
    });
    if (!row) throw new AppError('CREDENTIALS_WRONG');
    return begun(row, token);
  }

  /** @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REUSED */
  async rotate(refreshToken: string, days: number): Promise<Begun> {
    const spent = parsed(refreshToken);
    if (!spent) throw new AppError('TOKEN_INVALID');
    const { token, hash } = newToken(spent.id);
    const row = await rotateSession(this.database, { id: spent.id, spent: spent.hash, next: hash, days });
    if (row) return begun(row, token);
    const ended = await endSession(this.database, { id: spent.id, tokenHash: spent.hash });
    if (!ended) throw new AppError('TOKEN_INVALID');
    throw new AppError(ended.reused ? 'TOKEN_REUSED' : 'TOKEN_EXPIRED');
  }

  /** Ends the session of a token, if it exists. */
  async end(refreshToken: string): Promise<void> {
    const token = parsed(refreshToken);
    if (token) await endSession(this.database, { id: token.id, tokenHash: token.hash });
  }

  async endAll(userId: number, { sequelize }: Transaction): Promise<void> {
    await this.sessions.destroy({ where: { userId }, transaction: sequelize });
  }
}

const begun = (
  { expiresAt, user }: { expiresAt: string; user: AccountView },
  refreshToken: string,
): Begun => ({
  user,
  refreshToken,
  refreshExpiresAt: expiresAt,
});

/** The secret is random enough that a fast hash suffices. */
const hashOf = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest();

function newToken(id: string): { token: string; hash: Buffer } {
  const secret = randomBytes(SECRET_BYTES);
  const token = Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), secret]).toString('base64url');
  return { token, hash: hashOf(secret) };
}

/** null when it is not one of our refresh tokens. */
function parsed(token: string): { id: string; hash: Buffer } | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== token) return null;
  return { id: bytes.subarray(0, ID_BYTES).toString('hex'), hash: hashOf(bytes.subarray(ID_BYTES)) };
}
