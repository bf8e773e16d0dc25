import { z } from 'zod';

/** Fields that views of several features have. */

export const id = z.number().int().positive();
export const count = z.number().int().nonnegative();
export const timestamp = z.iso.datetime();
export const json = z.record(z.string(), z.unknown());

/**
 * Beside the `version` of a chat, in what is no change of it. A client counts a version only where this is left out, so
 * an answer that changed nothing is never taken for the change that the client misses.
 */
export const unchanged = z
  .literal(false)
  .describe(
    'This is no change of the chat: do not count `version`, which is a present one. Left out where it is one.',
  );
