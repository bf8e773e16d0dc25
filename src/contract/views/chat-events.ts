import { z } from 'zod';
import { id, json, timestamp } from './fields.js';

export const chatEventView = z
  .object({
    chatId: id,
    userId: id.nullable().describe('Who sent it; null: the application itself.'),
    type: z.string(),
    data: json.nullable().describe('As it was sent; null: none.'),
    at: timestamp.describe('When the server took it.'),
  })
  .meta({ id: 'ChatEvent' });
export type ChatEventView = z.infer<typeof chatEventView>;
