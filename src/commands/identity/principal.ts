/** A user, proved by a token that is valid until `expiresAt`. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Milliseconds since 1970, in whole seconds; null: the token does not say. */
  readonly issuedAt: number | null;
  /** The session of this server that the token was issued for; null: none. */
  readonly sessionId: string | null;
  /** The user's generation of tokens in which this server issued it; null: another issuer did. */
  readonly generation: number | null;
}

/** The application's own backend, proved by its API key. */
export interface ApplicationPrincipal {
  readonly kind: 'application';
}

/** Who proved who they are, in jwt mode. */
export type Principal = UserPrincipal | ApplicationPrincipal;

/** The credentials of a request. */
export interface Credentials {
  /** From the header Authorization: an access token, or an API key. */
  readonly bearer: string | null;
  /** From the header X-Api-Key. */
  readonly apiKey: string | null;
}
