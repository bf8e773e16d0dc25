import type { Person, Scene } from '../subjects/scene.js';

const ACCOUNTS = 40;

/** Accounts that one person could have made for themselves. */
export interface ManyAccounts {
  people: Person[];
  /** Groups in which all of them are. */
  chatIds: number[];
}

/** Many accounts in so many groups. */
export async function manyAccounts(scene: Scene, groups: number): Promise<ManyAccounts> {
  const people = await scene.persons(ACCOUNTS);
  const [owner, ...others] = people.map(({ id }) => id);
  const chatIds = await scene.all(Array.from({ length: groups }), () => scene.group(owner ?? 0, others));
  return { people, chatIds };
}

/** So many messages of one of them in the first group. */
export async function fillFirst(
  scene: Scene,
  { people, chatIds }: ManyAccounts,
  count: number,
  content: string,
): Promise<void> {
  const [writer] = people;
  if (!writer) throw new Error('there is nobody');
  await scene.fill(writer, chatIds[0] ?? 0, count, content);
}

export function tokensOf({ people }: ManyAccounts): string[] {
  return people.map(({ token }) => token);
}
