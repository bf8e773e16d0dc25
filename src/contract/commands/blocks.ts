import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { id, pageSize } from '../scalars.js';
import { blockView } from '../views.js';

const whom = z.object({ userId: id.describe('Whom; not who asks.'), ...repeatable });

export const blocksCommands = {
  blockUser: define({
    summary:
      'Blocks a person: in the direct chat of the two nobody sends, edits or reacts, and the blocked one sees no presence and no typing of you, and is not told when you read. Groups go on.',
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
    summary: 'Takes a block back.',
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
    summary: 'Whom you block, by id, a page at a time.',
    input: z.object({ userId: id.optional(), after: id.optional(), limit: pageSize(1_000, 100) }),
    result: z.array(blockView),
    order: 'read',
    who: 'person',
    actor: ['userId'],
    reply: 'blocksList',
    socket: true,
    rest: { method: 'GET', path: '/users/blocks', status: 200 },
  }),
} as const;
