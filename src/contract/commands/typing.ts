import { flag } from '../scalars.js';
import { define, inChat } from '../define.js';
import { typingView } from '../views.js';

export const typingCommands = {
  typing: define({
    summary:
      'Says that one types in a chat, or has stopped. Send it again every 3 s or so while it goes on: without that, with the message, and with the connection it ends by itself.',
    limit: 'typing',
    input: inChat.extend({ typing: flag }),
    result: typingView,
    order: 'read',
    who: 'person',
    needs: 'message.send',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: null,
  }),
} as const;
