import { z } from 'zod';
import { define } from '../define.js';
import { chatId, userId } from '../scalars.js';
import { chatExportLine, userExportLine } from '../views/index.js';

export const exportsCommands = {
  exportUser: define({
    summary:
      'What is stored of a person: their profile, account and settings, the chats that they are in and how far they have read, and what they have written, reacted to, hidden, blocked and reported. Without hashes, tokens and what others wrote. It is a stream of JSON Lines; the last one is `end`, and without it the stream was cut. Two exports at a time on a node, more are OVERLOADED. For the application only.',
    input: z.object({ userId }),
    result: userExportLine,
    lines: true,
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users/:userId/export', status: 200 },
  }),
  exportChat: define({
    summary:
      'A chat as it is stored: its members, and all its messages in the order of `seq`, each with its earlier versions and all its reactions. A stream as that of exportUser. For the application only.',
    input: z.object({ chatId }),
    result: chatExportLine,
    lines: true,
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/chats/:chatId/export', status: 200 },
  }),
} as const;
