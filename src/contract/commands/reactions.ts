import { define, onMessage, repeatable } from '../define.js';
import { emoji, formerEmoji } from '../names.js';
import { reactionsChangedView } from '../views/index.js';

const reaction = onMessage.extend({ emoji, ...repeatable });
const formerReaction = onMessage.extend({ emoji: formerEmoji, ...repeatable });

export const reactionsCommands = {
  addReaction: define({
    summary:
      'Adds a reaction to a message. A user may add up to 10 different reactions, each of them once. Emoji that differ only in the variation selector U+FE0F are one reaction, spelled as it was first.',
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
    summary: 'Removes your reaction.',
    input: formerReaction,
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
