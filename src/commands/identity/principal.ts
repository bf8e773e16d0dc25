/** A user, proved by a token that is good until a moment. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The application's own backend, proved by its API key. */
export interface ApplicationPrincipal {
  readonly kind: 'application';
}

/** Who proved who they are, in jwt mode. */
export type Principal = UserPrincipal | ApplicationPrincipal;

/** What a request brings to prove it. */
export interface Credentials {
  /** Of the header Authorization: an access token, or an API key. */
  readonly bearer: string | null;
  /** Of the header X-Api-Key. */
  readonly apiKey: string | null;
}
