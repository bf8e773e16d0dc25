import { AppError, EVERYBODY } from '../../contract/index.js';
import type { MessageRow } from '../../database/models/message.model.js';

/** The refusal of a message that mentions somebody who is not in its chat. */
export function noSuchMention(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'metadata', message: 'expected only ids of members of this chat in `mentions`' }],
  });
}

/** The refusal of a message that mentions everybody, by somebody who may not. */
export function mayNotMentionAll(): AppError {
  return new AppError('FORBIDDEN', {
    message:
      'In a group only the owner and admins may mention all: name the members in metadata.mentions, or ask one of them.',
  });
}

/** Stands for everybody among the mentioned users. */
export const ALL = 0;

/** The users that metadata mentions, each once; ALL for everybody. */
export function mentionsOf(metadata: MessageRow['metadata']): number[] {
  const mentions: unknown = metadata?.mentions;
  if (mentions === EVERYBODY) return [ALL];
  const isUser = (one: unknown): one is number => Number.isSafeInteger(one);
  return Array.isArray(mentions) ? [...new Set((mentions as unknown[]).filter(isUser))] : [];
}
