import { commandNames, definitionOf } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { RestAsker } from '../support/edges.js';
import { exampleOf } from '../support/examples.js';
import { type Scene, sceneOf } from '../support/matrix-scene.js';
import type { Client } from '../support/world.js';
import { World } from '../support/world.js';

/** Commands with fields that say who asks, each with its field. */
const named = commandNames.flatMap((name) =>
  definitionOf(name).actor.map((field) => ({ name, field, definition: definitionOf(name) })),
);
const onSockets = named.filter(({ definition }) => definition.socket);
const onRest = named.filter(({ definition }) => definition.rest);

/** Routes that take a token. */
const forPeople = commandNames
  .map((name) => ({ name, definition: definitionOf(name) }))
  .filter(({ definition: { rest, who } }) => rest && who !== 'anyone');

describe('With AUTH=jwt, a person who names somebody else as the actor', () => {
  const key = newApiKey();
  let world: World;
  let scene: Scene;
  let owner: RestAsker;
  let ownerAtSocket: Client;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
    scene = await sceneOf(world, 'owner');
    const { accessToken } = await mint(world, key, { userId: scene.userId });
    owner = new RestAsker(world, 0, bearer(accessToken));
    ownerAtSocket = await world.bearer(scene.userId, accessToken);
  });
  afterAll(() => world.stop());

  /** What is good of the owner, said to be of somebody else; of two people neither is the owner. */
  const ofAnother = ({ definition, field }: (typeof named)[number]) => {
    const input = exampleOf(definition, scene);
    for (const other of definition.actor) if (input[other] === scene.userId) input[other] = scene.thirdId;
    return { ...input, [field]: scene.enemyId };
  };

  it('is tested with every field that names an actor', () => {
    expect([...new Set(named.map(({ field }) => field))].sort()).toEqual([
      'senderId',
      'user1Id',
      'user2Id',
      'userId',
    ]);
    expect(new Set([...onSockets, ...onRest]).size).toBe(named.length);
  });

  it.each(onSockets)('is FORBIDDEN over a socket: $field of $name', async (one) => {
    expect(await ownerAtSocket.refused(one.name, ofAnother(one))).toBe('FORBIDDEN');
  });

  it.each(onRest)('is FORBIDDEN over REST: $field of $name', async (one) => {
    expect(await owner.refused(one.name, ofAnother(one))).toBe('FORBIDDEN');
  });

  it.each(forPeople)('is FORBIDDEN over REST: X-User-Id with $name', async ({ name, definition }) => {
    const { accessToken } = await mint(world, key, { userId: scene.userId });
    const asker = new RestAsker(world, scene.otherId, bearer(accessToken));
    expect(await asker.refused(name, exampleOf(definition, scene))).toBe('FORBIDDEN');
  });

  it.each(onRest)(
    'is allowed exactly what that person may, when an API key asks: $field of $name',
    async ({ name, definition, field }) => {
      const { userId } = await sceneOf(world, 'member');
      const input = { ...exampleOf(definition, await sceneOf(world, 'owner')), [field]: userId };
      const inBody = await new RestAsker(world, 0, { 'X-Api-Key': key }).ask(name, input);
      const { accessToken } = await mint(world, key, { userId });
      const oneself = await new RestAsker(world, 0, bearer(accessToken)).ask(name, input);
      expect(inBody.ok || inBody.error.code).toEqual(oneself.ok || oneself.error.code);
    },
  );
});
