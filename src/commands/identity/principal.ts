/** A person, by a token that is good until a moment. */
export interface Person {
  readonly by: 'person';
  readonly userId: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The application's own backend, by its API key. */
export interface Application {
  readonly by: 'application';
}

/** Who has proved who they are, in jwt mode. */
export type Caller = Person | Application;

/** What a request brings to prove it. */
export interface Credentials {
  /** Of the header Authorization: an access token, or an API key. */
  readonly bearer: string | null;
  /** Of the header X-Api-Key. */
  readonly apiKey: string | null;
}
