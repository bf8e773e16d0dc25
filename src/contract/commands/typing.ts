import { flag } from '../scalars.js';
import { define, inChat } from '../define.js';
import { typingView } from '../views/index.js';

export const typingCommands = {
  typing: define({
    summary:
      'Says that you are typing in a chat, or have stopped. Repeat it about every 3 s while you are typing, otherwise it ends by itself. It also ends when the message is sent or the connection closes.',
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
