import { type Actor, seesExternalIdOf } from '../commands/identity/actor.js';
import type { UserView } from '../contract/index.js';
import type { User, UserRow } from '../database/models/user.model.js';

/** The whole view: for the application, and for users of themselves. */
export function toUserView(user: User): UserView {
  return {
    id: user.id,
    externalId: user.externalId ?? null,
    name: user.name ?? null,
    avatarUrl: user.avatarUrl ?? null,
    metadata: user.metadata,
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
    createdAt: user.createdAt.toISOString(),
    deactivated: user.deactivated,
  };
}

/** What other users see: of `metadata` only what is public, and no `externalId`, unless the `reader` is shown it. */
export function toPublicView(user: UserRow, reader: Actor | null = null): UserView {
  return {
    id: user.id,
    externalId: reader !== null && seesExternalIdOf(reader, user.id) ? user.externalId : null,
    name: user.name,
    avatarUrl: user.avatarUrl,
    metadata: publicMetadata(user.metadata),
    lastSeenAt: user.lastSeenAt,
    createdAt: user.createdAt,
    deactivated: user.deactivated,
  };
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `public`, which users write themselves, and `app.public`, which only the application writes. */
export function publicMetadata({ public: own, app }: Json): Json {
  const shown: Json = {};
  if (own !== undefined) shown.public = own;
  if (isObject(app) && app.public !== undefined) shown.app = { public: app.public };
  return shown;
}
