import { z } from 'zod';
import { count, id } from './fields.js';

export const streamDeltaView = z
  .object({
    chatId: id,
    messageId: id,
    offset: count.describe(
      'How long the text was before, in UTF-16 code units (`length` in JavaScript). If you have less, ask with getStream.',
    ),
    text: z.string().describe('What follows there.'),
  })
  .meta({ id: 'StreamDelta' });
export type StreamDeltaView = z.infer<typeof streamDeltaView>;

export const streamPositionView = z
  .object({
    chatId: id,
    messageId: id,
    offset: count.describe('How long the text is now: the offset of the next delta.'),
  })
  .meta({ id: 'StreamPosition' });
export type StreamPositionView = z.infer<typeof streamPositionView>;

export const streamView = z
  .object({
    chatId: id,
    messageId: id,
    text: z.string().describe('What is written so far; the content of a message that does not grow.'),
    growing: z.boolean().describe('Whether more may follow.'),
  })
  .meta({ id: 'Stream' });
export type StreamView = z.infer<typeof streamView>;

export const streamEndedView = z
  .object({
    chatId: id,
    messageId: id,
    userId: id.nullable().describe('Who stopped it; null: the application, or nobody.'),
    reason: z
      .enum(['stopped', 'interrupted'])
      .describe('`stopped`: by stopStream. `interrupted`: nothing was written for too long.'),
  })
  .meta({ id: 'StreamEnded' });
export type StreamEndedView = z.infer<typeof streamEndedView>;
