import { createHash, createHmac, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';

const ID_BYTES = 16;
const RANDOM_BYTES = 16;
const PROOF_BYTES = 16;
const SECRET_BYTES = RANDOM_BYTES + PROOF_BYTES;

/** A refresh token that somebody has sent. */
export interface Presented {
  /** Of the session it names. */
  id: string;
  /** SHA-256 of its secret. */
  hash: Buffer;
  /** Whether this server has issued it for that session, lately or long ago. */
  genuine: boolean;
  bytes: Buffer;
}

/** A refresh token of this server. */
interface Issued {
  token: string;
  /** SHA-256 of its secret. */
  hash: Buffer;
}

/**
 * Refresh tokens: the id of the session, random bytes, and a proof (HMAC) that this server has issued both together.
 * The proof distinguishes a used token from an invented one, though only the hash of the newest is stored: who knows no
 * more than the id of a session can't end it.
 */
export class RefreshTokens {
  private readonly key: Buffer;
  private readonly successorKey: Buffer;

  constructor(secret: KeyObject) {
    const keyFor = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
    this.key = keyFor('refresh tokens');
    this.successorKey = keyFor('successors of refresh tokens');
  }

  /** The first token of a session. */
  issue(id: string): Issued {
    return this.token(Buffer.from(id.replaceAll('-', ''), 'hex'), randomBytes(RANDOM_BYTES));
  }

  /**
   * The token that a token is exchanged for: always the same one, which nobody can tell without the secret of this
   * server. So it can be given again, and need not be stored.
   */
  successorOf({ bytes }: Presented): Issued {
    const derived = createHmac('sha256', this.successorKey).update(bytes).digest();
    return this.token(bytes.subarray(0, ID_BYTES), derived.subarray(0, RANDOM_BYTES));
  }

  private token(id: Buffer, random: Buffer): Issued {
    const named = Buffer.concat([id, random]);
    const bytes = Buffer.concat([named, this.proofOf(named)]);
    return { token: bytes.toString('base64url'), hash: hashOf(bytes) };
  }

  /** null when the text has not the form of a refresh token. */
  read(token: string): Presented | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== token) return null;
    const named = bytes.subarray(0, ID_BYTES + RANDOM_BYTES);
    const genuine = timingSafeEqual(bytes.subarray(named.length), this.proofOf(named));
    return { id: uuidOf(bytes.subarray(0, ID_BYTES)), hash: hashOf(bytes), genuine, bytes };
  }

  private proofOf(named: Buffer): Buffer {
    return createHmac('sha256', this.key).update(named).digest().subarray(0, PROOF_BYTES);
  }
}

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** The secret is random enough that a fast hash suffices. */
const hashOf = (token: Buffer): Buffer => createHash('sha256').update(token.subarray(ID_BYTES)).digest();
