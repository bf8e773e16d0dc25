import { type Actor, seesExternalIds } from '../commands/identity/actor.js';

/** A group that somebody may join, as they see it: members and the application with its externalId, others without. */
export function openGroupFor<Group extends { externalId: string | null; isMember: boolean }>(
  actor: Actor,
  group: Group,
): Group {
  return group.isMember || seesExternalIds(actor) ? group : { ...group, externalId: null };
}
