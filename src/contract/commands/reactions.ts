import { define, onMessage, repeatable } from '../define.js';
import { emoji } from '../scalars.js';
import { reactionsChangedView } from '../views.js';

const reaction = onMessage.extend({ emoji, ...repeatable });

export const reactionsCommands = {
  addReaction: define({
    summary: 'Reacts to a message. One person may react in several ways, once in each.',
    input: reaction,
    result: reactionsChangedView,
    order: 'write',
    who: 'person',
    needs: 'message.react',
    actor: ['userId'],
    reply: 'reactionsChanged',
    socket: true,
    rest: { method: 'PUT', path: '/messages/:messageId/reactions/:emoji', status: 200 },
  }),
  removeReaction: define({
    summary: 'Takes a reaction back.',
    input: reaction,
    result: reactionsChangedView,
    order: 'write',
    who: 'person',
    needs: 'message.unreact',
    actor: ['userId'],
    reply: 'reactionsChanged',
    socket: true,
    rest: { method: 'DELETE', path: '/messages/:messageId/reactions/:emoji', status: 200 },
  }),
} as const;
