/**
 * The default limits, as docs/reference/limits.md publishes them: what may pass within so many seconds. The whole
 * amount may be used at once and refills evenly.
 */
const within = (amount: number, seconds: number) => (passed: number) => amount + (amount / seconds) * passed;

export const ALLOWED = {
  messages: within(200, 10),
  typing: within(150, 10),
  otherCommands: within(600, 10),
  /** Bytes of answers, which count when they are made: four reads of 2 MiB at most are under way meanwhile. */
  answers: (passed: number) => within(16_000_000, 60)(passed) + 4 * 2 * 1024 * 1024,
  addressCommands: within(10_000, 10),
  handshakes: within(1_200, 60),
  logins: within(30, 60),
} as const;

/** Most sockets of one person that this suite takes for bounded. */
export const MOST_SOCKETS = 1_000;
