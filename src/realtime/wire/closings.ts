import { Turnstile } from '../turnstile.js';

/**
 * Closed connections are told to Engine.IO ten every 5 ms; when it is quiet, at once. What follows on it, in Engine.IO,
 * Socket.IO and all the rooms, costs as much as a few messages each, and a network that fails closes thousands in one
 * turn. Until then nothing is sent to them: `ws` knows better (docs/adr/0017).
 */
export const closings = new Turnstile({
  everyMs: 5,
  most: 10,
  lateMs: Number.POSITIVE_INFINITY,
  maxWaiting: Number.POSITIVE_INFINITY,
});
