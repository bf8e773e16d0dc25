import { z } from 'zod';

/** Fields that views of several features have. */

export const id = z.number().int().positive();
export const count = z.number().int().nonnegative();
export const timestamp = z.iso.datetime();
export const json = z.record(z.string(), z.unknown());

/** The id that somebody or something has in the application, in views that only the application gets. */
export const ownIdOf = (what: string) =>
  z
    .string()
    .nullable()
    .describe(`The id of ${what} in your application; null: there is none, or they are gone.`);

/** The same in views that people get as well. */
export const ownIdFor = (what: string, whom = 'the application') =>
  z.string().nullable().describe(`The id of ${what} in your application: for ${whom}. Else null.`);

/**
 * Beside the `version` of a chat, in what is no change of it. A client counts a version only where this is left out, so
 * an answer that changed nothing is never taken for the change that the client misses.
 */
export const unchanged = z
  .literal(false)
  .describe(
    'This is no change of the chat: do not count `version`, which is a present one. Left out where it is one.',
  );
