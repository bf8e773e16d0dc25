import { AuditEntry } from './audit-entry.model.js';
import { ChatInvitation } from './chat-invitation.model.js';
import { ChatInvite } from './chat-invite.model.js';
import { ChatMember } from './chat-member.model.js';
import { ChatRefusal } from './chat-refusal.model.js';
import { ChatRestriction } from './chat-restriction.model.js';
import { Chat } from './chat.model.js';
import { Credentials } from './credentials.model.js';
import { Deactivation } from './deactivation.model.js';
import { DeletedContent } from './deleted-content.model.js';
import { DueNotification } from './due-notification.model.js';
import { EndedSession } from './ended-session.model.js';
import { ErasedMember } from './erased-member.model.js';
import { Erasure } from './erasure.model.js';
import { HiddenMessage } from './hidden-message.model.js';
import { IdempotencyKey } from './idempotency-key.model.js';
import { LoginFailure } from './login-failure.model.js';
import { LoginPlace } from './login-place.model.js';
import { Login } from './login.model.js';
import { MessageEdit } from './message-edit.model.js';
import { MessageMention } from './message-mention.model.js';
import { MessageReaction } from './message-reaction.model.js';
import { MessageReport } from './message-report.model.js';
import { MessageStream } from './message-stream.model.js';
import { MessageStreamPart } from './message-stream-part.model.js';
import { Message } from './message.model.js';
import { NotedChange } from './noted-change.model.js';
import { NotificationPreference } from './notification-preference.model.js';
import { Notification } from './notification.model.js';
import { OpenPurge } from './open-purge.model.js';
import { ProfileChange } from './profile-change.model.js';
import { PublicGroupWord } from './public-group-word.model.js';
import { PushQuiet } from './push-quiet.model.js';
import { PushState } from './push-state.model.js';
import { PushTarget } from './push-target.model.js';
import { Session } from './session.model.js';
import { Sink } from './sink.model.js';
import { TokenBound } from './token-bound.model.js';
import { UserBlock } from './user-block.model.js';
import { UserNameWord } from './user-name-word.model.js';
import { User } from './user.model.js';
import { WebhookParked } from './webhook-parked.model.js';
import { WebhookTry } from './webhook-try.model.js';
import { Webhook } from './webhook.model.js';

/** A model for every table. */
export const models = [
  AuditEntry,
  ChatInvitation,
  ChatInvite,
  ChatMember,
  ChatRefusal,
  ChatRestriction,
  Chat,
  Credentials,
  Deactivation,
  DeletedContent,
  DueNotification,
  EndedSession,
  ErasedMember,
  Erasure,
  HiddenMessage,
  IdempotencyKey,
  Login,
  LoginFailure,
  LoginPlace,
  MessageEdit,
  MessageMention,
  MessageReaction,
  MessageReport,
  MessageStream,
  MessageStreamPart,
  Message,
  NotedChange,
  NotificationPreference,
  Notification,
  OpenPurge,
  ProfileChange,
  PublicGroupWord,
  PushQuiet,
  PushState,
  PushTarget,
  Session,
  Sink,
  TokenBound,
  UserBlock,
  UserNameWord,
  User,
  Webhook,
  WebhookParked,
  WebhookTry,
];
