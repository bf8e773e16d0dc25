/** Why a token is asked for: the first one, one for later, because the last one has ended, or was refused. */
export type TokenReason = 'start' | 'expiring' | 'expired' | 'refused';

/** How a client says who it is. */
export interface Auth {
  /** What goes with the handshake. */
  handshake(reason: TokenReason): Promise<Record<string, unknown>>;
  /** Whether a new token can be had; without it, a refusal is final. */
  readonly renews: boolean;
  /**
   * Who it is, by the server's id: what this device has kept of them is there before the server answers. Without it, it is
   * who it was the last time with this `name`, until the server says that it is somebody else.
   */
  readonly account?: string | (() => Promise<string | undefined>);
  /** Tells people apart who use the same device in turns; by default there is one. */
  readonly name?: string | undefined;
  /** The person signs out. */
  signOut?(): Promise<void>;
}

/** On a server in open mode: the user with this id, or with this id in your application (`asUser('external:ann')`). */
export function asUser(userId: number | `external:${string}`): Auth {
  // What is kept here is kept by the server's id.
  const account = typeof userId === 'number' ? { account: String(userId) } : { name: userId };
  return { renews: false, ...account, handshake: () => Promise.resolve({ userId }) };
}

/**
 * On a server with tokens: `get` gives an access token. It is called before each connection and when a token is about to
 * expire, and never while an earlier call is under way: all who need a token share its answer. Where several people use a
 * device in turns without signing out, `name` tells them apart: what was kept of one is not shown to another.
 */
export function withTokens(
  get: (why: { reason: TokenReason }) => Promise<string> | string,
  who: Pick<Auth, 'name'> = {},
): Auth {
  let asked: Promise<Record<string, unknown>> | null = null;
  return {
    renews: true,
    name: who.name,
    handshake(reason) {
      asked ??= Promise.resolve()
        .then(() => get({ reason }))
        .then((token) => ({ token }))
        .finally(() => (asked = null));
      return asked;
    },
  };
}
