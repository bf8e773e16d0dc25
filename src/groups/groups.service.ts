import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import type { AnsweredChatView, CommandInput } from '../contract/index.js';
import { Publisher } from '../delivery/publisher.js';
import { Access } from '../chats/access.js';
import { toChatView } from '../chats/chat.view.js';
import { wordsOf } from '../users/name-words.js';
import { setPublicWords } from './public-groups.queries.js';
import { GroupChanges, type Note } from './group-changes.js';
import { type GroupFields, setGroupFields } from './groups.queries.js';
import { changesOf } from './notes-again.js';

/** Changes the title, picture and settings of groups. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly access: Access,
    private readonly changes: GroupChanges,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Members get `chatUpdated`. A field with the same value is no change.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin
   */
  async update(actor: Actor, { chatId, ...input }: CommandInput<'updateChat'>): Promise<AnsweredChatView> {
    await this.access.require(actor, 'chat.update', chatId);
    const { chat, changed, message } = await this.changes.change(
      actor,
      'chat.update',
      chatId,
      async ({ chat, runner }) => {
        const fields: GroupFields = {
          title: input.title ?? chat.title,
          avatarUrl: input.avatarUrl === undefined ? chat.avatarUrl : input.avatarUrl,
          metadata: input.metadata ?? chat.metadata,
          historyVisible: input.historyVisible ?? chat.historyVisible,
          visibility: input.visibility ?? chat.visibility,
          sending: input.sending ?? chat.sending,
          slowModeSeconds: input.slowModeSeconds ?? chat.slowModeSeconds,
          addMembers: input.addMembers ?? chat.addMembers,
        };
        const changedFields = (Object.keys(fields) as (keyof GroupFields)[]).filter(
          (field) => !isDeepStrictEqual(fields[field], chat[field]),
        );
        if (changedFields.length === 0) return { result: undefined, events: [], note: null };
        await setGroupFields(runner, { chatId, ...fields });
        if (chat.visibility === 'public' || fields.visibility === 'public')
          await setPublicWords(runner, { chatId, words: publicWords(fields) });
        const ofRules = changedFields.some((field) => field === 'sending' || field === 'slowModeSeconds');
        const events = [{ kind: 'chatUpdated' as const, details: null }];
        return { result: undefined, events, ofRules, note: updateNote(fields, changedFields, actor) };
      },
    );
    const view = toChatView(chat);
    if (changed) this.publisher.publish('chatUpdated', view, { chat: chatId, except: actor.origin });
    if (message) this.publisher.publish('newMessage', message, { chat: chatId });
    return changed ? view : { ...view, changed };
  }
}

/** The words by which a group is found: of its title, and the empty one; none for a private group. */
export const publicWords = ({ visibility, title }: Pick<GroupFields, 'visibility' | 'title'>): string[] =>
  visibility === 'public' ? ['', ...wordsOf(title ?? '')] : [];

/** Changes of `metadata` are not mentioned: it belongs to the application. */
function updateNote(fields: GroupFields, changed: (keyof GroupFields)[], { userId }: Actor): Note | null {
  const mentioned = changed.filter((field) => field !== 'metadata');
  if (mentioned.length === 0) return null;
  const fieldsChanged = Object.fromEntries(mentioned.map((field) => [field, fields[field]]));
  return {
    names: [],
    text: (nameOf) => `${userId === null ? 'The application' : nameOf(userId)} ${changesOf(fieldsChanged)}`,
    metadata: { event: 'chatUpdated', ...fieldsChanged },
  };
}
