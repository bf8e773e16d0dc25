import { z } from 'zod';
import { define, inChat } from '../define.js';
import { metadata } from '../scalars.js';
import { chatEventView } from '../views/index.js';

/** Most bytes of `data`, as JSON in UTF-8. */
export const MAX_EVENT_BYTES = 4_096;

const utf8 = new TextEncoder();

const type = z
  .string()
  .regex(/^[A-Za-z][\w.:-]{0,63}$/, {
    error: 'expected 1 to 64 letters, digits or . _ : - that begin with a letter',
  })
  .describe('Its name in your application: `cursor.moved`. 1 to 64 letters, digits or `. _ : -`.');

const data = metadata
  .refine((value) => utf8.encode(JSON.stringify(value)).length <= MAX_EVENT_BYTES, {
    error: `expected at most ${MAX_EVENT_BYTES} bytes of JSON`,
  })
  .describe(`A JSON object of your application, of at most ${MAX_EVENT_BYTES} bytes.`);

export const chatEventsCommands = {
  sendEvent: define({
    summary:
      'Sends an event of your application to the members of a chat who are online now. It is not stored: who is away never gets it, `sync`, exports and webhooks do not have it, and delivery is best effort. Who may not send messages there may not send events either; slow mode counts messages only. In a group nobody gets it whom the sender blocks or who blocks the sender.',
    limit: 'typing',
    input: inChat.extend({ type, data: data.optional() }),
    result: chatEventView,
    order: 'read',
    needs: 'message.send',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/events', status: 201 },
  }),
} as const;
