import type { ErrorAnswer } from '../errors.js';

/** What a transport says. After `refused` or `closed` of a link nothing more comes of it. */
export interface LinkListener {
  /** The server does not want it; `code` is one of its error codes. */
  refused(error: ErrorAnswer): void;
  /** It could not be opened, or has ended. */
  closed(): void;
  event(name: string, body: unknown): void;
}

/** One connection. */
export interface Link {
  /** Sends a command; the answer as the server's callback gets it. Never answered if the connection ends before. */
  ask(
    command: string,
    input: unknown,
  ): Promise<{ ok: true; data: unknown } | { ok: false; error: ErrorAnswer }>;
  close(): void;
}

/** How connections are opened: over Socket.IO, or by a script in tests. */
export interface Transport {
  open(auth: Record<string, unknown>, listener: LinkListener): Link;
}
