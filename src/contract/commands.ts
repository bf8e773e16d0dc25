import type { z } from 'zod';
import { auditCommands } from './commands/audit.js';
import { authCommands } from './commands/auth.js';
import { blocksCommands } from './commands/blocks.js';
import { chatEventsCommands } from './commands/chat-events.js';
import { chatsCommands } from './commands/chats.js';
import { deactivationCommands } from './commands/deactivation.js';
import { joiningCommands } from './commands/joining.js';
import { moderationCommands } from './commands/moderation.js';
import { erasuresCommands } from './commands/erasures.js';
import { exportsCommands } from './commands/exports.js';
import { invitationsCommands } from './commands/invitations.js';
import { membersCommands } from './commands/members.js';
import { messagesCommands } from './commands/messages.js';
import { notificationsCommands } from './commands/notifications.js';
import { presenceCommands } from './commands/presence.js';
import { pushCommands } from './commands/push.js';
import { reactionsCommands } from './commands/reactions.js';
import { receiptsCommands } from './commands/receipts.js';
import { reportsCommands } from './commands/reports.js';
import { retentionCommands } from './commands/retention.js';
import { serverCommands } from './commands/server.js';
import { streamsCommands } from './commands/streams.js';
import { syncCommands } from './commands/sync.js';
import { typingCommands } from './commands/typing.js';
import { usersCommands } from './commands/users.js';
import { webhooksCommands } from './commands/webhooks.js';
import type { CommandDefinition } from './define.js';

/** Every command and route of the API, once. Validation, types, REST routes and documents follow from it. */
export const commands = {
  ...presenceCommands,
  ...usersCommands,
  ...deactivationCommands,
  ...blocksCommands,
  ...chatsCommands,
  ...membersCommands,
  ...invitationsCommands,
  ...messagesCommands,
  ...streamsCommands,
  ...receiptsCommands,
  ...reactionsCommands,
  ...syncCommands,
  ...reportsCommands,
  ...auditCommands,
  ...typingCommands,
  ...chatEventsCommands,
  ...authCommands,
  ...erasuresCommands,
  ...exportsCommands,
  ...retentionCommands,
  ...serverCommands,
  ...joiningCommands,
  ...moderationCommands,
  ...webhooksCommands,
  ...notificationsCommands,
  ...pushCommands,
} as const satisfies Record<string, CommandDefinition>;

/** What the commands are about, for whoever lists them: the documents, the console. */
const subjects: Record<string, Record<string, CommandDefinition>> = {
  Presence: presenceCommands,
  Users: { ...usersCommands, ...deactivationCommands },
  Blocks: blocksCommands,
  Chats: chatsCommands,
  Members: membersCommands,
  Invitations: invitationsCommands,
  Messages: messagesCommands,
  Streams: streamsCommands,
  Receipts: receiptsCommands,
  Reactions: reactionsCommands,
  Sync: syncCommands,
  'Reports and audit': { ...reportsCommands, ...auditCommands },
  'Typing and events': { ...typingCommands, ...chatEventsCommands },
  'Accounts and tokens': authCommands,
  'Erasure, export, retention': { ...erasuresCommands, ...exportsCommands, ...retentionCommands },
  Server: serverCommands,
  Joining: joiningCommands,
  Moderation: moderationCommands,
  Webhooks: webhooksCommands,
  Notifications: notificationsCommands,
  Push: pushCommands,
};

export type CommandName = keyof typeof commands;
export type CommandInput<C extends CommandName> = z.infer<(typeof commands)[C]['input']>;
export type CommandResult<C extends CommandName> = z.infer<(typeof commands)[C]['result']>;

export const commandNames = Object.keys(commands) as CommandName[];

/** The definition of a command by its name, with the optional parts that a literal type hides. */
export function definitionOf(name: CommandName): CommandDefinition {
  return commands[name];
}

/** What a command is about, such as `Messages`; undefined: it stands in no list above. */
export function subjectOf(name: CommandName): string | undefined {
  return Object.keys(subjects).find((subject) => name in subjects[subject]!);
}
