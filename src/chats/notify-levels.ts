/**
 * SQL: what a member is told of a chat: their level for it, else that of their preferences for direct chats or groups,
 * else `all`. The aliases are of a row of `chats` and of `chat_members`.
 */
export const levelOf = (chat: string, member: string) => `
  COALESCE(${member}.notify, (
    SELECT CASE ${chat}.type WHEN 'direct' THEN p.direct ELSE p.groups END
    FROM notification_preferences p WHERE p."userId" = ${member}."userId" LIMIT 1
  ), 'all')`;

/** SQL: whether a level lets something pass; `mentions` is an expression of whether it mentions the member. */
export const passes = (level: string, mentions: string) =>
  `CASE ${level} WHEN 'all' THEN true WHEN 'mentions' THEN ${mentions} ELSE false END`;

/** SQL: whether the member has muted the chat: then nothing of it is pushed, and their inbox goes on. */
export const isMuted = (member: string) => `(${member}."mutedUntil" > clock_timestamp()) IS TRUE`;
