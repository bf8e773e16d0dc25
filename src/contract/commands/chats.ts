import { z } from 'zod';
import { define, inChat, repeatable } from '../define.js';
import { displayName, url } from '../names.js';
import {
  externalId,
  metadata,
  moment,
  pageSize,
  people,
  queryFlag,
  userId,
  wholeNumber,
} from '../scalars.js';
import {
  answeredChatView,
  chatClearedView,
  chatDeletedView,
  chatDetails,
  chatListItem,
  chatsPage,
  createdGroupView,
  foundChats,
} from '../views/index.js';

/** What a group shows of itself. */
const groupFields = {
  title: displayName(200),
  avatarUrl: url.nullable().optional(),
  metadata: metadata.optional(),
  historyVisible: z
    .enum(['all', 'fromJoin'])
    .optional()
    .describe(
      'Whether members who join from now on see earlier messages: `all` of them, or only those since they joined.',
    ),
  visibility: z
    .enum(['private', 'public'])
    .optional()
    .describe('`public`: everybody finds the group by getPublicChats, and can join it by joinChat.'),
  sending: z
    .enum(['all', 'admins'])
    .optional()
    .describe('Who may send and edit messages; `admins`: the owner and admins, and others may react.'),
  slowModeSeconds: wholeNumber(0, 21_600)
    .optional()
    .describe('Seconds between two messages of a member, up to 6 hours; 0: no slow mode.'),
  addMembers: z.enum(['admins', 'members']).optional().describe('Who may add members.'),
};

const named = {
  externalId: externalId
    .optional()
    .describe(
      'The id of the chat in your application; only the application can give it. If a chat has it, that chat is the answer.',
    ),
};

const GROUPS = 'expected only two users: createGroup makes groups';
const MEMBERS = 'expected no members: addMembers and removeMember change them';
const ROLES = 'expected no role: setRole changes roles';
const SETTINGS = 'expected what all members see: updateMembership mutes, archives and pins for yourself';

export const chatsCommands = {
  getChats: define({
    summary:
      'The chats of a user, the one with the latest activity first. A page may have fewer chats than `limit`, because it ends at 256 KiB: the list has ended when a page is empty, or when `more` is false (with `page: true`).',
    input: z.object({
      userId: userId.optional(),
      before: z
        .string()
        .regex(/^\d{1,14}\.\d{1,16}$/, { error: 'expected the `cursor` of a chat in the list' })
        .optional()
        .describe('The `cursor` of the last chat of the previous page.'),
      limit: pageSize(500, 100),
      filter: z
        .enum(['inbox', 'pinned', 'archived', 'unread'])
        .optional()
        .describe(
          '`archived` chats, or of the others: all (`inbox`), the `pinned` ones, or those with `unread` messages. Left out: all chats. Use a cursor with the filter that it came with.',
        ),
      page: queryFlag
        .optional()
        .describe('true: the answer is `{ chats, more }`; `more` says whether there are others after them.'),
    }),
    result: z.union([z.array(chatListItem), chatsPage]).meta({ type: ['array', 'object'] }),
    order: 'read',
    cost: { of: 'limit', per: 50 },
    who: 'oneself',
    bare: 'userId',
    actor: ['userId'],
    reply: 'chatsList',
    socket: true,
    rest: { method: 'GET', path: '/chats/user/:userId', status: 200 },
  }),
  findChats: define({
    summary:
      'Chats of everybody, of at most 10,000 that a page looks at: by `externalId` where a prefix is given, else the newest first. For the application only.',
    input: z.object({
      memberId: userId.optional().describe('Only chats of this user.'),
      type: z.enum(['direct', 'group']).optional(),
      externalIdPrefix: externalId.optional().describe('Only chats whose `externalId` begins so.'),
      activeAfter: moment.optional().describe('Only chats whose last activity was after this time.'),
      activeBefore: moment.optional().describe('Only chats whose last activity was before this time.'),
      cursor: externalId.optional().describe('The `next` of the page before.'),
      limit: pageSize(100, 50),
    }),
    result: foundChats,
    order: 'read',
    cost: { base: 5, of: 'limit', per: 50 },
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/chats', status: 200 },
  }),
  createChat: define({
    summary:
      'Returns the direct chat of two users, and creates it if there is none. With the same user twice it is a chat with oneself, for notes.',
    input: z.object({ user1Id: userId, user2Id: userId, ...named, ...repeatable }),
    result: answeredChatView,
    order: 'write',
    limit: 'createChat',
    who: 'oneself',
    actor: ['user1Id', 'user2Id'],
    reply: 'newChat',
    socket: true,
    rest: { method: 'POST', path: '/chats', status: 201 },
    misleading: {
      title: GROUPS,
      avatarUrl: GROUPS,
      memberIds: GROUPS,
      userIds: GROUPS,
      historyVisible: GROUPS,
    },
  }),
  createGroup: define({
    limit: 'createChat',
    summary:
      'Creates a group. The acting user is its owner; if the application creates it without naming a user, the first member is. Users who may not be added without asking are invited.',
    input: z.object({
      userId: userId.optional(),
      memberIds: people(0),
      ...groupFields,
      ...named,
      ...repeatable,
    }),
    result: createdGroupView,
    order: 'write',
    actor: ['userId'],
    reply: 'newChat',
    socket: true,
    rest: { method: 'POST', path: '/chats', status: 201, when: ['title', 'memberIds'] },
    misleading: {
      userIds: 'expected the users in `memberIds`',
      members: 'expected the ids of the users in `memberIds`',
      ownerId: 'expected no `ownerId`: the acting user owns the group, until setRole',
      adminIds: 'expected no `adminIds`: setRole makes admins',
    },
  }),
  updateChat: define({
    summary:
      'Changes title, picture, metadata, history setting or rules of a group. Fields that are left out stay unchanged. Only the owner and admins may do it.',
    input: inChat.extend({ ...groupFields, title: groupFields.title.optional(), ...repeatable }),
    result: answeredChatView,
    order: 'write',
    needs: 'chat.update',
    actor: ['userId'],
    reply: 'chatUpdated',
    socket: true,
    rest: { method: 'PATCH', path: '/chats/:chatId', status: 200 },
    misleading: {
      externalId: 'expected no `externalId`: it stays as it was given',
      retentionDays: 'expected no `retentionDays`: setRetention sets it, for the application',
      memberIds: MEMBERS,
      userIds: MEMBERS,
      members: MEMBERS,
      role: ROLES,
      ownerId: ROLES,
      archived: SETTINGS,
      pinned: SETTINGS,
      muted: SETTINGS,
      mutedUntil: SETTINGS,
      silencedUntil: 'expected no `silencedUntil`: silenceMember mutes a member',
    },
  }),
  getChat: define({
    summary: 'A chat by id, with its members.',
    input: inChat,
    result: chatDetails,
    order: 'read',
    needs: 'chat.read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'chat',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId', status: 200 },
  }),
  deleteChat: define({
    summary:
      'Deletes a chat and its messages for everyone. If the other user of a direct chat blocks you, or with `DIRECT_DELETE=me`, a direct chat is deleted for you only. The application always deletes for everyone.',
    input: inChat.extend(repeatable),
    result: chatDeletedView,
    order: 'write',
    needs: 'chat.delete',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'chatDeleted',
    socket: true,
    rest: { method: 'DELETE', path: '/chats/:chatId', status: 200 },
    misleading: {
      for: 'expected no `for`: for whom the chat is deleted can not be chosen',
    },
  }),
  clearChat: define({
    summary:
      'Empties a chat for you, on all your devices, and takes it out of your list until a new message comes; then it has only what is new. You stay a member with your role and settings, and others see no difference.',
    input: inChat.extend(repeatable),
    result: chatClearedView,
    order: 'write',
    who: 'person',
    needs: 'chat.clear',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'chatCleared',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/clear', status: 200 },
  }),
} as const;
