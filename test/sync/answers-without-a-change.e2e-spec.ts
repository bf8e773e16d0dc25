import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandName, commandNames, definitionOf } from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { over, edges, RestAsker } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

/** What a case needs: the owner of a group with a message, and a way to ask. */
interface Scene {
  owner: Client;
  member: Client;
  /** A user whom the owner has invited. */
  guest: Client;
  chatId: number;
  messageId: number;
  ok(command: CommandName, input: object): Promise<Answer>;
}

type Answer = { version: number; changed?: boolean } & Record<string, unknown>;

/** Commands that never change the version of the chat: `changed: false` is in each of their answers. */
const never: CommandName[] = [
  'updateMembership',
  'clearChat',
  'markAsSeen',
  'markChatAsSeen',
  'markAsDelivered',
  'markChatAsDelivered',
];

/**
 * Commands that always make a change, or whose answer is the end of the chat, or whose repeat answers with the message
 * of then, whole and at its own version.
 */
const always: CommandName[] = [
  'sendMessage',
  'streamMessage',
  'sendSystemMessage',
  'leaveChat',
  'deleteChat',
];

/** Their answers do not say whether they changed something. */
const sending: CommandName[] = ['sendMessage', 'streamMessage', 'sendSystemMessage'];

/** The rest: brings about the change, then does the same again. */
const twice: Partial<Record<CommandName, (scene: Scene) => object | Promise<object>>> = {
  createChat: ({ owner, member }) => ({ user1Id: owner.userId, user2Id: member.userId }),
  createGroup: ({ member }) => ({ title: 'new', memberIds: [member.userId], clientId: 'a-group' }),
  updateChat: ({ chatId }) => ({ chatId, title: 'another title' }),
  acceptInvitation: ({ chatId }) => ({ chatId }),
  addMembers: async ({ owner, chatId }) => ({ chatId, userIds: [(await another(owner)).userId] }),
  removeMember: ({ chatId, guest }) => ({ chatId, userId: guest.userId }),
  setRole: ({ chatId, member }) => ({ chatId, userId: member.userId, role: 'admin' }),
  editMessage: ({ messageId }) => ({ messageId, content: 'other words' }),
  finishStream: async ({ owner, chatId }) => {
    const { id } = await owner.ok<{ id: number }>('streamMessage', { chatId, content: 'words' });
    return { messageId: id };
  },
  stopStream: async ({ owner, chatId }) => {
    const { id } = await owner.ok<{ id: number }>('streamMessage', { chatId, content: 'words' });
    return { messageId: id };
  },
  deleteMessage: ({ messageId }) => ({ messageId }),
  addReaction: ({ messageId }) => ({ messageId, emoji: '👍' }),
  removeReaction: ({ messageId }) => ({ messageId, emoji: '👍' }),
  silenceMember: ({ chatId, member }) => ({
    chatId,
    userId: member.userId,
    until: '2035-01-01T00:00:00.000Z',
  }),
  unsilenceMember: async ({ owner, chatId, member }) => {
    const silenced = { chatId, userId: member.userId };
    await owner.ok('silenceMember', { ...silenced, until: '2035-01-01T00:00:00.000Z' });
    return silenced;
  },
  banMember: async ({ owner, chatId }) => {
    const { userId } = await another(owner);
    await owner.ok('addMembers', { chatId, userIds: [userId] });
    return { chatId, userId };
  },
  joinChat: async ({ owner, chatId }) => {
    await owner.ok('updateChat', { chatId, visibility: 'public' });
    return { chatId };
  },
  joinByInvite: async ({ owner, chatId }) => {
    const { code } = await owner.ok<{ code: string }>('createInvite', { chatId });
    return { code };
  },
  setRetention: ({ chatId }) => ({ chatId, retentionDays: 30 }),
};

/** These bring in the guest, who asks. */
const joining: CommandName[] = ['acceptInvitation', 'joinByInvite', 'joinChat'];

let world: World;
const another = async (_: Client) => world.person();

interface Result {
  shape?: Record<string, unknown>;
  options?: Result[];
}

/** The forms of an answer that have a `version` at the top, by the contract. */
function versioned(name: CommandName): Record<string, unknown>[] {
  const { result } = definitionOf(name) as unknown as { result: Result };
  return (result.options ?? [result]).flatMap(({ shape }) => (shape && 'version' in shape ? [shape] : []));
}

const writing = commandNames.filter(
  (name) => definitionOf(name).order !== 'read' && versioned(name).length > 0,
);

describe('An answer never pretends to a change:', () => {
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  it('every command that answers with a version is looked at here', () => {
    expect([...never, ...always, ...(Object.keys(twice) as CommandName[])].sort()).toEqual(
      [...writing].sort(),
    );
  });

  it.each(writing)('the contract of %s says whether it may change nothing', (name) => {
    for (const shape of versioned(name)) expect('changed' in shape).toBe(!sending.includes(name));
  });

  it('the protocol page says of every command what the version of its answer is', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/reference/protocol.md'), 'utf8');
    const rows = page.matchAll(/^\| \[\(?(\w+)\)?\]\([^|]+(?:\|[^|]*){3}\| ([^|]*) \|$/gm);
    const said = Object.fromEntries([...rows].map(([, name, version]) => [name, version!.trim()]));
    const promised = (name: CommandName) => {
      if (!writing.includes(name)) return '';
      if (never.includes(name)) return 'not new';
      return sending.includes(name) ? 'new' : 'new, unless `changed: false`';
    };
    expect(said).toMatchObject(Object.fromEntries(commandNames.map((name) => [name, promised(name)])));
  });

  async function sceneFor(edge: (typeof edges)[number]): Promise<Scene> {
    const { owner, members, chatId } = await groupOf(world, 1);
    const [member] = members;
    const guest = await world.person();
    await guest.ok('setGroupAdds', { userId: guest.userId, groupAdds: 'invited' });
    await owner.ok('addMembers', { chatId, userIds: [guest.userId] });
    const { id: messageId } = await owner.ok<{ id: number }>('sendMessage', { chatId, content: 'words' });
    const asker = over(edge, world, owner);
    return {
      owner,
      member: member!,
      guest,
      chatId,
      messageId,
      ok: (command, input) => asker.ok<Answer>(command, input),
    };
  }

  const versionOf = async ({ owner, chatId }: Scene) => (await owner.ok<Answer>('getChat', chatId)).version;

  describe.each(edges)('over %s', (edge) => {
    it.each(never.filter((name) => edge === 'REST' || definitionOf(name).socket))(
      '%s is never a change',
      async (name) => {
        const scene = await sceneFor(edge);
        const before = await versionOf(scene);
        const { chatId, messageId } = scene;
        const inputs = { chatId, ...(name === 'updateMembership' ? { pinned: true } : {}) };
        const input = edge === 'REST' && name === 'markAsSeen' ? { messageId } : inputs;
        const asked = edge === 'REST' && name === 'markAsDelivered' ? { messageId } : input;
        expect(await scene.ok(name, asked)).toMatchObject({ changed: false, version: before });
        expect(await versionOf(scene)).toBe(before);
      },
    );

    const here = (Object.keys(twice) as CommandName[]).filter(
      (name) => edge === 'REST' || definitionOf(name).socket,
    );
    it.each(here)('%s that changes nothing says so', async (name) => {
      const scene = await sceneFor(edge);
      const input = await twice[name]!(scene);
      if (name === 'removeReaction') await scene.ok('addReaction', input);
      const other = joining.includes(name)
        ? over(edge, world, scene.guest)
        : definitionOf(name).who === 'application'
          ? new RestAsker(world, 0)
          : null;
      const ask = (): Promise<Answer> => (other ? other.ok<Answer>(name, input) : scene.ok(name, input));
      const first = await ask();
      // An invitation is revoked: the members hear nothing of it.
      if (name === 'removeMember') {
        expect(first.changed).toBe(false);
        expect(first.version).toBe(await versionOf(scene));
        return;
      }
      expect(first).not.toHaveProperty('changed');
      await Promise.all([scene.owner.settled(), scene.member.settled()]);
      const heard = ['newMessage', 'chatUpdated', 'membersAdded', 'memberUpdated', 'messageEdited'];
      const events = [...heard, 'messageDeleted', 'reactionsChanged', 'newChat'];
      const count = () => events.flatMap((event) => scene.member.unread(event)).length;
      const before = count();
      expect((await ask()).changed).toBe(false);
      await scene.member.settled();
      expect(count()).toBe(before);
    });
  });

  it('the events of receipts and settings say it too', async () => {
    const { alice, bob, chatId } = await world.pair();
    const phone = await world.person(bob.userId);
    await alice.ok('sendMessage', { chatId, content: 'words' });
    await bob.ok('markAsDelivered', { chatId });
    await bob.ok('markAsSeen', { chatId });
    await bob.ok('updateMembership', { chatId, pinned: true });
    expect(await alice.next('messageDelivered')).toMatchObject({ changed: false });
    expect(await alice.next('messageSeen')).toMatchObject({ changed: false });
    expect(await phone.next('membershipUpdated')).toMatchObject({ changed: false });
  });

  it('a repeat that finds the chat as it is now is no change of it', async () => {
    const { owner, chatId } = await groupOf(world, 1);
    const command = { chatId, title: 'once', clientId: 'rename' };
    expect(await owner.ok('updateChat', command)).not.toHaveProperty('changed');
    await owner.ok('sendMessage', { chatId, content: 'meanwhile' });
    expect(await owner.ok('updateChat', command)).toMatchObject({ title: 'once', changed: false });
  });

  it('a repeated reaction is no change, though its message was edited meanwhile', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'words' });
    const command = { messageId, emoji: '👍', clientId: 'a-thumb' };
    await bob.ok('addReaction', command);
    const { version } = await alice.ok<Answer>('editMessage', { messageId, content: 'others' });
    expect(await bob.ok('addReaction', command)).toMatchObject({ version, changed: false });
  });

  it('without a callback the event to the caller says it', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'words' });
    await bob.ok('addReaction', { messageId, emoji: '👍' });
    bob.emit('addReaction', { messageId, emoji: '👍' });
    expect(await bob.next('reactionsChanged')).toMatchObject({ messageId, changed: false });
  });
});
