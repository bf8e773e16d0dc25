import { commandRules, endedByBlock, isAllowed } from '../src/chats/permissions.js';
import { commandNames, definitionOf } from '../src/contract/index.js';
import type { Answer } from '../src/realtime/call.js';
import { type Edge, edges, RestAsker } from './support/edges.js';
import {
  inputs,
  type Mode,
  nowhere,
  type Outcome,
  outcomes,
  type Role,
  roles,
  type Row,
  rows,
  sceneOf,
} from './support/permission-matrix.js';
import { World } from './support/world.js';

/** What a command's rule comes to for a role: all that it allows, were everything the asker's own. */
function ruled({ command }: Row, role: Role): Outcome {
  const rule: { who: string; needs?: Parameters<typeof isAllowed>[0] } = commandRules[command];
  const { who, needs } = rule;
  if (role === 'application') return who === 'person' ? 'who?' : 'ok';
  if (who === 'application') return 'no';
  if (needs === undefined) return 'ok';
  if (role === 'stranger' || role === 'removed') return 'none';
  if (role === 'blocked' || role === 'blocker')
    return isAllowed(needs, { type: 'direct', role: 'member' }) && !endedByBlock.has(needs) ? 'ok' : 'no';
  return isAllowed(needs, { type: 'group', role }) ? 'ok' : 'no';
}

describe('The matrix of permissions', () => {
  it('has a row of every command', () => {
    expect([...new Set(rows.map(({ command }) => command))].sort()).toEqual([...commandNames].sort());
    expect(Object.keys(inputs).sort()).toEqual(rows.map(({ name }) => name).sort());
    expect(Object.keys(commandRules).sort()).toEqual([...commandNames].sort());
  });

  it.each(commandNames)('says of %s what its rule says, and in further rows no more', (command) => {
    const [first, ...further] = rows.filter((row) => row.command === command);
    const byRule = Object.fromEntries(roles.map((role) => [role, ruled(first!, role)]));
    expect(first!.cells).toEqual(byRule);
    for (const { name, cells } of further) {
      for (const role of roles) {
        const more = cells[role] === 'ok' && byRule[role] !== 'ok';
        expect({ name, role, more }).toEqual({ name, role, more: false });
      }
    }
  });
});

const outcomeOf = (answer: Answer): string => (answer.ok ? 'ok' : answer.error.code);

/** Nobody named is the application itself; whoever is named is that person. */
const openMode: Mode = {
  name: 'open mode',
  variables: {},
  async ask({ world, edge, role, userId, command, input }) {
    const named = role === 'application' ? 0 : userId;
    if (edge === 'REST') {
      const { answer, wire } = await new RestAsker(world, named).wired(command, input);
      return { wire, outcome: outcomeOf(answer) };
    }
    const client = await (named === 0 ? world.stranger() : world.person(named));
    const answer = await client.ask(command, input);
    client.close();
    return { wire: JSON.stringify(answer), outcome: outcomeOf(answer) };
  },
};

describe.each([openMode])('Who may do what in $name', (mode) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(mode.variables);
  });
  afterAll(() => world.stop());

  const on = (edge: Edge) =>
    rows.filter(({ command }) =>
      edge === 'REST' ? definitionOf(command).rest : definitionOf(command).socket,
    );

  describe.each(edges)('over %s', (edge) => {
    it.each(on(edge))('$name', async ({ name, command, cells }) => {
      const asked = await Promise.all(
        (Object.keys(cells) as Role[]).map(async (role) => {
          const scene = await sceneOf(world, role);
          const ask = (at: typeof scene) =>
            mode.ask({ world, edge, role, userId: scene.userId, command, input: inputs[name]!(at) });
          const there = await ask(scene);
          // Whoever may not see a thing is told just what they are told where there is none, to the byte.
          const outside = role === 'stranger' || role === 'removed';
          if (outside && there.outcome !== 'ok') expect(there.wire).toBe((await ask(nowhere(scene))).wire);
          return [role, there.outcome];
        }),
      );
      const expected = Object.entries(cells).map(([role, outcome]) => [role, outcomes[outcome]]);
      expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(expected));
    });
  });
});
