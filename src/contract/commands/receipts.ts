import { z } from 'zod';
import { asIsTestOf, takesAsIs } from '../as-is.js';
import { define, inChat, onMessage, repeatable } from '../define.js';
import { chatId, id, position, userId } from '../scalars.js';
import {
  allSeenView,
  messageDeliveredView,
  messageReceiptsView,
  messageSeenView,
  messagesDeliveredView,
  unreadCountView,
  unreadTotalsView,
} from '../views/index.js';

/** Most chats that one `markAsDelivered` marks. */
const MAX_MARKS = 500;

const upTo = position
  .optional()
  .describe('With `chatId`: everything up to this seq, and no further. Left out: the whole chat.');

const chatMark = { chatId: chatId.optional(), seq: upTo, userId: userId.optional(), ...repeatable };

const markFields = { messageId: id.optional(), ...chatMark };

const deliveryFields = {
  ...markFields,
  marks: z
    .array(z.object({ chatId, seq: position }), { error: 'expected a list of { chatId, seq }' })
    .min(1, { error: 'expected at least one mark' })
    .max(MAX_MARKS, { error: `expected at most ${MAX_MARKS} marks` })
    .optional()
    .describe('Positions in many chats at once, after catching up.'),
};

type Fields = Readonly<Record<string, unknown>>;

const isGiven = (input: Fields, field: string) => input[field] !== undefined && input[field] !== null;

interface Rule {
  error: string;
  holds: (input: Fields) => boolean;
}

const rulesOf = (places: readonly string[]): Rule[] => [
  {
    error: `expected ${places.join(' or ')}`,
    holds: (input) => places.some((place) => isGiven(input, place)),
  },
  {
    error: 'expected messageId or seq, not both',
    holds: (input) => !isGiven(input, 'messageId') || !isGiven(input, 'seq'),
  },
  {
    error: 'expected chatId beside seq',
    holds: (input) => !isGiven(input, 'seq') || isGiven(input, 'chatId'),
  },
  {
    error: 'expected marks alone',
    holds: (input) =>
      !isGiven(input, 'marks') || !['messageId', 'chatId', 'seq'].some((field) => isGiven(input, field)),
  },
];

/**
 * Marks of one chat. A field that is not known here is refused where the whole chat would be marked: it may have been
 * meant to say up to where, and marks are never taken back.
 */
function marks<Shape extends z.ZodRawShape>(shape: Shape, places: readonly string[]) {
  const rules = rulesOf(places);
  const known = Object.keys(shape);
  const noOthers: Rule = {
    error: `expected no fields but ${known.join(', ')}, because the whole chat would be marked: \`seq\` or \`messageId\` say up to where`,
    holds: (input) =>
      ['messageId', 'seq', 'marks'].some((field) => isGiven(input, field)) ||
      Object.keys(input).every((name) => known.includes(name) || !isGiven(input, name)),
  };
  let schema = z.looseObject(shape);
  for (const { error, holds } of [...rules, noOthers]) schema = schema.refine(holds, { error });
  const cleaned = schema.overwrite(
    (input) =>
      Object.fromEntries(Object.entries(input).filter(([name]) => known.includes(name))) as typeof input,
  );
  const one = Object.fromEntries(Object.entries(shape).filter(([name]) => name !== 'marks'));
  const isPlain = asIsTestOf(z.object(one));
  if (isPlain === null) return cleaned;
  return takesAsIs(cleaned, (input) => isPlain(input) && rules.every(({ holds }) => holds(input as Fields)));
}

export const receiptsCommands = {
  markAsSeen: define({
    summary:
      'Marks everything in the chat up to a message as seen; with `chatId` everything up to `seq`, or the whole chat.',
    input: marks(markFields, ['messageId', 'chatId']),
    result: messageSeenView,
    order: 'write',
    needs: 'receipt.write',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageSeen',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/seen', status: 200 },
  }),
  markChatAsSeen: define({
    summary: 'Marks everything in the chat as seen, or everything up to `seq`.',
    input: marks({ ...chatMark, chatId }, ['chatId']),
    result: messageSeenView,
    order: 'write',
    needs: 'receipt.write',
    actor: ['userId'],
    reply: 'messageSeen',
    socket: false,
    rest: { method: 'POST', path: '/chats/:chatId/seen', status: 200 },
  }),
  markAsDelivered: define({
    summary:
      'Marks everything in the chat up to a message as delivered to the reader; with `chatId` everything up to `seq`, or the whole chat; with `marks` many chats at once.',
    input: marks(deliveryFields, ['messageId', 'chatId', 'marks']),
    result: z.union([messageDeliveredView, messagesDeliveredView]).meta({ type: 'object' }),
    order: 'write',
    cost: { of: 'marks', per: 50 },
    needs: 'receipt.write',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageDelivered',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/delivered', status: 200 },
  }),
  markChatAsDelivered: define({
    summary: 'Marks everything in the chat as delivered to the reader, or everything up to `seq`.',
    input: marks({ ...chatMark, chatId }, ['chatId']),
    result: messageDeliveredView,
    order: 'write',
    needs: 'receipt.write',
    actor: ['userId'],
    reply: 'messageDelivered',
    socket: false,
    rest: { method: 'POST', path: '/chats/:chatId/delivered', status: 200 },
  }),
  markChatsAsDelivered: define({
    summary:
      'Marks positions in many chats as delivered to the reader. Chats that are not theirs are left out.',
    input: z.object({ marks: deliveryFields.marks.unwrap(), userId: userId.optional(), ...repeatable }),
    result: messagesDeliveredView,
    order: 'write',
    cost: { of: 'marks', per: 50 },
    who: 'person',
    actor: ['userId'],
    reply: 'messageDelivered',
    socket: false,
    rest: { method: 'POST', path: '/delivered', status: 200 },
  }),
  markAllAsSeen: define({
    summary:
      'Marks all chats with unread messages as seen: at most 500 at once, those with the latest activity first. `more` says that there are others: call it again.',
    input: z.object({ userId: userId.optional(), ...repeatable }),
    result: allSeenView,
    order: 'write',
    cost: { base: 10 },
    who: 'person',
    actor: ['userId'],
    reply: 'unreadCount',
    socket: true,
    rest: { method: 'POST', path: '/seen', status: 200 },
  }),
  markAsUnread: define({
    summary:
      'Counts a message and all later ones as unread again; without `messageId`, the newest message of somebody else. It must be one of the newest 10,000 messages of the chat, else CONFLICT. To others the messages stay seen.',
    input: inChat.extend({ messageId: id.optional(), ...repeatable }),
    result: unreadCountView,
    order: 'write',
    cost: { base: 5 },
    who: 'person',
    needs: 'receipt.write',
    actor: ['userId'],
    reply: 'unreadCount',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/unread', status: 200 },
    misleading: {
      seq: 'expected `messageId`: the first message that is unread again',
    },
  }),
  getUnreadCount: define({
    summary: 'Number of unread messages of a chat and of all chats; without `chatId` of all chats only.',
    input: inChat.partial(),
    result: z.union([unreadCountView, unreadTotalsView]).meta({ type: 'object' }),
    order: 'read',
    who: 'person',
    needs: 'chat.read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'unreadCount',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/unread', status: 200 },
  }),
  getUnreadTotals: define({
    summary: 'Number of unread messages of all chats.',
    input: z.object({ userId: userId.optional() }),
    result: unreadTotalsView,
    order: 'read',
    who: 'person',
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/unread', status: 200 },
  }),
  getMessageReceipts: define({
    summary: 'Who has seen a message, and to whom it was delivered.',
    input: onMessage,
    result: messageReceiptsView,
    order: 'read',
    needs: 'message.read',
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/messages/:messageId/receipts', status: 200 },
  }),
} as const;
