/** Why a token is asked for: the first one, one for later, because the last one has ended, or was refused. */
export type TokenReason = 'start' | 'expiring' | 'expired' | 'refused';

/** How a client says who it is. */
export interface Auth {
  /** What goes with the handshake. */
  handshake(reason: TokenReason): Promise<Record<string, unknown>>;
  /** Whether a new token can be had; without it, a refusal is final. */
  readonly renews: boolean;
  /** Where what this person reads and writes is kept on this device; undefined: known once the server says who it is. */
  readonly account?: string;
  /** The person signs out. */
  signOut?(): Promise<void>;
}

/** On a server in open mode: the user with this id, or with this id in your application (`asUser('external:ann')`). */
export function asUser(userId: number | `external:${string}`): Auth {
  // What is kept here is kept by the server's id.
  const account = typeof userId === 'number' ? { account: String(userId) } : {};
  return { renews: false, ...account, handshake: () => Promise.resolve({ userId }) };
}

/**
 * On a server with tokens: `get` gives an access token. It is called before each connection and when a token is about to
 * expire, and never while an earlier call is under way: all who need a token share its answer.
 */
export function withTokens(get: (why: { reason: TokenReason }) => Promise<string> | string): Auth {
  let asked: Promise<Record<string, unknown>> | null = null;
  return {
    renews: true,
    handshake(reason) {
      asked ??= Promise.resolve()
        .then(() => get({ reason }))
        .then((token) => ({ token }))
        .finally(() => (asked = null));
      return asked;
    },
  };
}
