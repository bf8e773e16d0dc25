import type { MemberView, MembersJoinedView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf, manyPeople } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe('The members of a chat', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const call = async ({ userId }: Pick<Client, 'userId'>, name: string) => {
    const avatarUrl = `https://example.com/${userId}.png`;
    await world.http.patch(`/users/${userId}`).send({ name, avatarUrl }).expect(200);
    return { userId, name, avatarUrl };
  };

  it.each(edges)('come with what they are called, over %s', async (edge) => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const called = [await call(owner, 'Olga'), await call(members[0]!, 'Max')];
    const others = [{ userId: members[1]!.userId, name: null, avatarUrl: null }];
    const asker = over(edge, world, owner);
    for (const command of ['getMembers', 'getChat']) {
      const { members: shown } = await asker.ok<{ members: MemberView[] }>(command, { chatId });
      expect(shown).toMatchObject([...called, ...others].sort((a, b) => a.userId - b.userId));
    }
  });

  it('who come are told of with what they are called', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const people = [await world.person(), await world.person()];
    const called = [await call(people[0]!, 'Nina'), await call(people[1]!, 'Noah')];
    const added = await owner.ok('addMembers', { chatId, userIds: called.map(({ userId }) => userId) });
    const heard = await members[0]!.next<MembersJoinedView>('membersAdded');
    expect(heard).toEqual({ ...added, users: called });
  });

  it('are a hundred at most in the event', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const userIds = await manyPeople(world, 130);
    await owner.ok('addMembers', { chatId, userIds });
    const { users } = await members[0]!.next<MembersJoinedView>('membersAdded');
    expect(users).toHaveLength(100);
  });
});
