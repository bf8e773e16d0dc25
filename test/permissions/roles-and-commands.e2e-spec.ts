import { isAllowed } from '../../src/chats/permissions.js';
import {
  whoMayUse,
  type CommandName,
  commandNames,
  definitionOf,
  endedByBlock,
  endedBySilence,
} from '../../src/contract/index.js';
import { type Edge, edges } from '../support/edges.js';
import { inTheirNames, type Mode, openMode, tokens } from '../support/matrix-modes.js';
import { nowhere, type Scene, sceneOf } from '../support/matrix-scene.js';
import {
  inputs,
  type Outcome,
  outcomes,
  type Role,
  roles,
  type Row,
  rowsOf,
} from '../support/permission-matrix.js';
import { World } from '../support/world.js';

/** These servers have no keys of a push service: whoever may use the command is told so. */
const unset: readonly CommandName[] = ['addPushTarget'];

/** By these somebody comes into a group who is not in it. */
const joins: ReadonlySet<CommandName> = new Set(['joinChat', 'joinByInvite', 'acceptInvitation']);

/** Users who are not in the chat: to them it does not exist. */
const outsiders = ['stranger', 'removed', 'banned', 'invited'] as const;
const isOutsider = (role: Role): role is (typeof outsiders)[number] =>
  (outsiders as readonly Role[]).includes(role);

/** What the definition of a command comes to for a role: all that it allows, were everything the asker's own. */
function ruled({ command }: Row, role: Role, open: boolean): Outcome {
  const definition = definitionOf(command);
  const { needs } = definition;
  const who = whoMayUse(definition, open);
  if (who === 'off') return 'off';
  if (who === 'anyone') return 'ok';
  if (role === 'nobody') return 'who?';
  if (role === 'application') return who === 'person' ? 'who?' : 'ok';
  if (who === 'application') return 'no';
  if (unset.includes(command)) return 'off';
  if (role === 'banned' && joins.has(command)) return 'no';
  if (needs === undefined) return 'ok';
  if (isOutsider(role)) return 'none';
  if (role === 'blocked' || role === 'blocker')
    return isAllowed(needs, { type: 'direct', role: 'member' }) && !endedByBlock.has(needs) ? 'ok' : 'no';
  if (role === 'silenced' && endedBySilence.has(needs)) return 'mute';
  return isAllowed(needs, { type: 'group', role: role === 'silenced' ? 'member' : role }) ? 'ok' : 'no';
}

const modes = [openMode, tokens, inTheirNames];

describe.each([openMode, tokens])('The table of permissions in $name', ({ rules, knows }) => {
  const rows = rowsOf[rules];
  const asked = roles.filter((role) => knows('REST', role));

  it('has a row of every command', () => {
    expect([...new Set(rows.map(({ command }) => command))].sort()).toEqual([...commandNames].sort());
    expect(Object.keys(inputs).sort()).toEqual(rows.map(({ name }) => name).sort());
  });

  it.each(commandNames)('says of %s what its definition says, and in further rows no more', (command) => {
    const [first, ...further] = rows.filter((row) => row.command === command);
    const byRule = Object.fromEntries(asked.map((role) => [role, ruled(first!, role, rules === 'open')]));
    expect(Object.fromEntries(asked.map((role) => [role, first!.cells[role]]))).toEqual(byRule);
    for (const { name, cells } of further) {
      for (const role of asked) {
        const more = cells[role] === 'ok' && byRule[role] !== 'ok';
        expect({ name, role, more }).toEqual({ name, role, more: false });
      }
    }
  });
});

/** New passwords take their time: one after the other, so that none waits past its answer's bound. */
const setsPassword: ReadonlySet<CommandName> = new Set(['register', 'changePassword']);

jest.setTimeout(60_000);

describe.each(modes)('Who may do what in $name', (mode: Mode) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(mode.variables);
  });
  afterAll(() => world.stop());

  const rolesAt = (edge: Edge) => roles.filter((role) => mode.knows(edge, role));
  const rowsAt = (edge: Edge) =>
    rowsOf[mode.rules].filter(({ command }) =>
      edge === 'REST' ? definitionOf(command).rest : definitionOf(command).socket,
    );

  describe.each(edges.filter((edge) => rolesAt(edge).length > 0))('over %s', (edge) => {
    it.each(rowsAt(edge))('$name', async ({ name, command, cells }) => {
      const cellsHere = rolesAt(edge).flatMap((role) => (cells[role] ? [[role, cells[role]] as const] : []));
      const hear = async (role: Role) => {
        const scene = await sceneOf(world, role);
        const voice = await mode.voiceOf({ world, edge, role, userId: scene.userId });
        const ask = async (at: Scene) => voice.ask(command, await inputs[name]!(at, mode.accounts(world)));
        const there = await ask(scene);
        // Whoever may not see a thing is told just what they are told where there is none, to the byte.
        const outside = role === 'nobody' || isOutsider(role);
        // Who is banned learns that, where they would join: those groups they may see, or were told of.
        const isTold = role === 'banned' && joins.has(command) && there.outcome === 'FORBIDDEN';
        if (outside && !isTold && there.outcome !== 'ok')
          expect(there.wire).toBe((await ask(nowhere(scene))).wire);
        voice.close();
        return [role, there.outcome] as const;
      };
      const heard: (readonly [Role, string])[] = [];
      const atOnce = setsPassword.has(command) ? 1 : cellsHere.length;
      for (let i = 0; i < cellsHere.length; i += atOnce) {
        heard.push(...(await Promise.all(cellsHere.slice(i, i + atOnce).map(([role]) => hear(role)))));
      }
      const expected = cellsHere.map(([role, outcome]) => [role, outcomes[outcome]]);
      expect(Object.fromEntries(heard)).toEqual(Object.fromEntries(expected));
    });
  });
});
