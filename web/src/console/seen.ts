/** The ids last seen, which the fields that take one offer. */
export type Sort = 'chat' | 'message' | 'user';

const OFFERED = 12;
const MOST_LOOKED_AT = 400;
const seen: Record<Sort, number[]> = { chat: [], message: [], user: [] };

/** What the id in this field is of. */
export function sortOf(field: string): Sort | null {
  if (/chatId$/i.test(field)) return 'chat';
  if (/messageId$|replyToId$/i.test(field)) return 'message';
  return /(user|sender|receiver|member|user1|user2)Ids?$/i.test(field) ? 'user' : null;
}

function saw(sort: Sort, id: unknown): void {
  if (typeof id !== 'number' || id < 1) return;
  seen[sort] = [id, ...seen[sort].filter((one) => one !== id)].slice(0, OFFERED);
}

const isView = (value: object, ...names: string[]) => names.every((name) => name in value);

/** Keeps the ids in an answer or event. */
export function remember(data: unknown, name = ''): void {
  let left = MOST_LOOKED_AT;
  const look = (value: unknown, field: string): void => {
    if (typeof value !== 'object' || value === null || left-- <= 0) return;
    if (Array.isArray(value)) {
      for (const one of value) look(one, field);
      return;
    }
    if ('id' in value) {
      if (isView(value, 'seq', 'content')) saw('message', value.id);
      else if (isView(value, 'lastSeq')) saw('chat', value.id);
      else if (isView(value, 'avatarUrl', 'lastSeenAt')) saw('user', value.id);
    }
    for (const [key, one] of Object.entries(value)) {
      const sort = sortOf(key);
      if (sort && typeof one === 'number') saw(sort, one);
      else if (sort && Array.isArray(one)) for (const id of one) saw(sort, id);
      else look(one, key);
    }
  };
  look(data, name);
}

export const offered = (field: string): readonly number[] => {
  const sort = sortOf(field);
  return sort ? seen[sort] : [];
};
