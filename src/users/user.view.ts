import type { UserView } from '../contract/index.js';
import type { User } from '../database/models/user.model.js';

export function toUserView(user: User): UserView {
  return {
    id: user.id,
    externalId: user.externalId ?? null,
    name: user.name ?? null,
    avatarUrl: user.avatarUrl ?? null,
    metadata: user.metadata,
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
    createdAt: user.createdAt.toISOString(),
  };
}
