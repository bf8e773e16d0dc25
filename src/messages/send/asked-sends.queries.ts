import type { MessageBody } from '../../database/models/message.model.js';
import { statement } from '../../database/statement.js';
import { originalHash } from '../model/body.queries.js';

const GIVEN: Partial<Record<keyof MessageBody, string>> = {
  content: '$2::text',
  replyToId: '$3::bigint',
  metadata: '$4::jsonb',
};

/** `$1` message, `$2` content, `$3` message it replies to or null, `$4` metadata or null: what its sender sent. */
export const keepOriginalHash = statement.count({
  name: 'messages.keepOriginalHash',
  text: `
    UPDATE messages SET "originalHash" = ${originalHash((name) => GIVEN[name] ?? 'NULL')}
    WHERE id = $1 AND "originalHash" IS NULL`,
  values: ({ messageId, body }: { messageId: number; body: MessageBody }) => [
    messageId,
    body.content,
    body.replyToId,
    body.metadata === null ? null : JSON.stringify(body.metadata),
  ],
});
