import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { id, password, userId } from '../scalars.js';
import { erasedMessages, erasureView } from '../views/index.js';

const messages = erasedMessages.describe(
  '`erase`: their messages are emptied, as deleted ones are. `keep`: what they wrote stays, without a name.',
);

export const erasuresCommands = {
  eraseUser: define({
    summary:
      'Erases a person: they are logged out at once and nothing of them stays but the number of the id, and with `keep` what they wrote. It goes on in the background; getErasure says how far it is. Again while it goes on, it is the same erasure. It can not be undone. For the application only.',
    input: z.object({ userId, messages, ...repeatable }),
    result: erasureView,
    order: 'write',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'DELETE', path: '/users/:userId', status: 200 },
  }),
  eraseMe: define({
    summary:
      'Erases your account and everything of you, as eraseUser does. It asks for your password, in the body, and can not be undone.',
    input: z.object({ password, messages }),
    result: erasureView,
    order: 'write',
    limit: 'login',
    who: 'person',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'DELETE', path: '/auth/me', status: 200 },
  }),
  getErasure: define({
    summary: 'How far the erasure of a person is, and what was done. For the application only.',
    input: z.object({ erasureId: id }),
    result: erasureView,
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/erasures/:erasureId', status: 200 },
  }),
} as const;
