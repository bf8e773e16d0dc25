import { type CommandDefinition, commandNames, definitionOf } from '../../src/contract/index.js';
import { z } from 'zod';

/** Commands that need accounts or tokens: NOT_CONFIGURED in open mode. */
export const ofAccounts = commandNames.filter((name) => definitionOf(name).inOpenMode === 'off');

/** The data for commands: a user in a chat, and a message in it. */
export interface Scene {
  userId: number;
  otherId: number;
  /** A user who is not in the chat. */
  thirdId: number;
  chatId: number;
  messageId: number;
}

/**
 * A valid input of a command: its required fields, and the acting user.
 *
 * @throws Error for a field without an example: add it here.
 */
export function exampleOf(definition: CommandDefinition, scene: Scene): Record<string, unknown> {
  const examples: Record<string, unknown> = {
    ...scene,
    userId: definition.actor.includes('userId') ? scene.userId : scene.thirdId,
    id: scene.userId,
    user1Id: scene.userId,
    user2Id: scene.otherId,
    senderId: scene.userId,
    content: 'an example',
    emoji: '👍',
    title: 'an example',
    memberIds: [scene.otherId],
    userIds: [scene.otherId],
    ids: String(scene.otherId),
    visible: true,
    active: true,
    kind: 'fcm',
    role: 'member',
    marks: [{ chatId: scene.chatId, seq: 1 }],
    groupAdds: 'contacts',
    typing: true,
    type: 'an.example',
    offset: 0,
    text: 'an example',
    reportId: scene.messageId,
    erasureId: scene.messageId,
    webhookId: scene.messageId,
    upToId: scene.messageId,
    url: 'https://hooks.example.com/chat',
    events: ['newMessage'],
    inviteId: scene.messageId,
    code: 'an-example-of-24-letters',
    until: '2035-01-01T00:00:00.000Z',
    messages: 'keep',
    retentionDays: 30,
    status: 'resolved',
    q: 'an example',
    users: [{ externalId: 'an example' }],
    username: 'an-example',
    password: 'an example of one',
    currentPassword: 'an example of one',
    newPassword: 'another example',
    refreshToken: 'an-example',
    token: 'an-example',
  };
  const schema = z.toJSONSchema(definition.input, { io: 'input', unrepresentable: 'any' });
  const inPath = [...(definition.rest?.path.matchAll(/:(\w+)/g) ?? [])].map(([, field]) => field!);
  const needed = new Set([...(schema.required ?? []), ...inPath]);
  for (const actor of definition.actor) needed.add(actor);
  // A message may be without words, but then it needs something else.
  if ('content' in (schema.properties ?? {})) needed.add('content');
  return Object.fromEntries(
    [...needed].map((field) => {
      if (!(field in examples)) throw new Error(`No example of ${field}`);
      return [field, examples[field]];
    }),
  );
}
