import { z } from 'zod';
import { define } from '../define.js';
import { chatId, wholeNumber } from '../scalars.js';
import { answeredChatView } from '../views/index.js';

export const retentionCommands = {
  setRetention: define({
    summary:
      'Sets for how many days a chat keeps its messages; 0: as long as the server does (RETENTION_DAYS), which is the most. Older ones are removed from the start of the chat on, and `firstSeq` says where it begins now. For the application only.',
    input: z.object({ chatId, retentionDays: wholeNumber(0, 36_500) }),
    result: answeredChatView,
    order: 'write',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'PUT', path: '/chats/:chatId/retention', status: 200 },
  }),
} as const;
