/** Where a chat is: its id, or the user with whom one has a direct chat, which need not be there yet. */
export type Where = number | { direct: number };

export const keyOf = (where: Where): string => (typeof where === 'number' ? `c${where}` : `u${where.direct}`);
