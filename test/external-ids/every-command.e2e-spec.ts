import { type CommandName, definitionOf } from '../../src/contract/index.js';
import { byExternalIds, nameAll } from '../support/external-names.js';
import { edges } from '../support/edges.js';
import { type Mode, openMode, tokens } from '../support/matrix-modes.js';
import { nowhere, type Scene, sceneOf } from '../support/matrix-scene.js';
import { inputs, outcomes, type Role, rowsOf } from '../support/permission-matrix.js';
import { World } from '../support/world.js';

/** Those whose input has an id of a user or chat. */
const names = (input: Record<string, unknown>) =>
  JSON.stringify(byExternalIds(input)) !== JSON.stringify(input);

const ACCOUNTS: ReadonlySet<CommandName> = new Set([
  'register',
  'login',
  'refresh',
  'logout',
  'changePassword',
  'authenticate',
]);

/** Those to whom externals could make a difference: who may all, who sees nothing, who sees something, who may more. */
const ROLES: readonly Role[] = ['application', 'stranger', 'member', 'owner'];

/** Of these the table says what they are with DIRECTORY=contacts. */
const FINDING = new Set(['getUser another', 'reportUser another']);

jest.setTimeout(60_000);

describe.each([openMode, tokens])(
  'A command with external:<externalId> in place of ids, in $name',
  (mode: Mode) => {
    let world: World;
    beforeAll(async () => {
      world = await World.start({ ...mode.variables, DIRECTORY: 'all' });
    });
    afterAll(() => world.stop());

    describe.each(edges)('over %s', (edge) => {
      const rows = rowsOf[mode.rules]
        .filter(({ command }) => {
          const { rest, socket } = definitionOf(command);
          return (edge === 'REST' ? rest : socket) && !ACCOUNTS.has(command);
        })
        .filter(({ name }) => !FINDING.has(name));
      const rolesHere = ROLES.filter((role) => mode.knows(edge, role));

      it.each(rows)('is answered as with the ids: $name', async ({ name, command, cells }) => {
        const hear = async (role: Role) => {
          const scene = await sceneOf(world, role);
          await nameAll(world, scene);
          const voice = await mode.voiceOf({ world, edge, role, userId: scene.userId });
          const ask = async (at: Scene) => {
            const input = await inputs[name]!(at, mode.accounts(world));
            const named = byExternalIds(input) as Record<string, unknown>;
            return { named: names(input), ...(await voice.ask(command, named)) };
          };
          const there = await ask(scene);
          // What is not theirs to see is answered as what is not there, to the byte.
          if (role === 'stranger' && there.named && there.outcome !== 'ok') {
            expect(there.wire).toBe((await ask(nowhere(scene))).wire);
          }
          voice.close();
          return [role, there.outcome] as const;
        };
        const asked = rolesHere.filter((role) => cells[role]);
        const heard = await Promise.all(asked.map(hear));
        const expected = asked.map((role) => [role, outcomes[cells[role]!]]);
        expect(Object.fromEntries(heard)).toEqual(Object.fromEntries(expected));
      });
    });
  },
);
