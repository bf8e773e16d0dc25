import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { pageSize, userId } from '../scalars.js';
import { blockView } from '../views/index.js';

const whom = z.object({ userId: userId.describe('The user to block or unblock.'), ...repeatable });

export const blocksCommands = {
  blockUser: define({
    summary:
      'Blocks a user: in your direct chat neither of you can send, edit or react, and the blocked user no longer sees your presence and your typing, and is not notified when you read. Neither of you can add or invite the other to a group; nothing changes in groups that you share.',
    input: whom,
    result: blockView,
    order: 'write',
    who: 'person',
    bare: 'userId',
    actor: [],
    reply: 'blockChanged',
    socket: true,
    rest: { method: 'PUT', path: '/users/:userId/block', status: 200 },
  }),
  unblockUser: define({
    summary: 'Unblocks a user.',
    input: whom,
    result: blockView,
    order: 'write',
    who: 'person',
    bare: 'userId',
    actor: [],
    reply: 'blockChanged',
    socket: true,
    rest: { method: 'DELETE', path: '/users/:userId/block', status: 200 },
  }),
  getBlocks: define({
    summary: 'The users whom you block, sorted by id, in pages.',
    input: z.object({ userId: userId.optional(), after: userId.optional(), limit: pageSize(1_000, 100) }),
    result: z.array(blockView),
    order: 'read',
    cost: { of: 'limit', per: 250 },
    who: 'person',
    actor: ['userId'],
    reply: 'blocksList',
    socket: true,
    rest: { method: 'GET', path: '/users/blocks', status: 200 },
  }),
} as const;
