import { type CommandName } from '../../src/contract/index.js';
import type { Answer, SessionView } from '../../src/contract/index.js';
import { bearer, cheapHash, mint, newApiKey, newName, ownAccounts, PASSWORD, refusal } from './accounts.js';
import { type Edge, RestAsker } from './edges.js';
import { type Accounts, type Role, type rowsOf } from './permission-matrix.js';
import type { Client, World } from './world.js';

/** Somebody of a role, at one of the edges. */
interface Sender {
  world: World;
  edge: Edge;
  role: Role;
  userId: number;
}

/** The outcome, and the answer as it came over the wire. */
interface Heard {
  outcome: string;
  wire: string;
}

/** How somebody sends commands, one after the other. */
interface Voice {
  ask(command: CommandName, input: Record<string, unknown>): Promise<Heard>;
  close(): void;
}

/** A mode of the server, and how a role sends commands in it. */
export interface Mode {
  name: string;
  rules: keyof typeof rowsOf;
  variables: Record<string, string>;
  /** Whether this mode has the role. */
  knows(edge: Edge, role: Role): boolean;
  accounts(world: World): Accounts;
  /** Connects, where the edge is one of sockets. */
  voiceOf(sender: Sender): Promise<Voice>;
}

const outcomeOf = (answer: Answer): string => (answer.ok ? 'ok' : answer.error.code);

const overRest = (asker: RestAsker): Voice => ({
  async ask(command, input) {
    const { answer, wire } = await asker.wired(command, input);
    return { outcome: outcomeOf(answer), wire };
  },
  close: () => undefined,
});

const overSocket = (client: Client): Voice => ({
  async ask(command, input) {
    const answer = await client.ask(command, input);
    return { outcome: outcomeOf(answer), wire: JSON.stringify(answer) };
  },
  close: () => client.close(),
});

/** Nobody comes so far as to send a command. */
const refusedAtTheDoor = (world: World): Voice => ({
  async ask() {
    const refused = await refusal(world, {});
    return { outcome: refused.code, wire: JSON.stringify(refused) };
  },
  close: () => undefined,
});

/** Without a named user the client is the application itself; otherwise it is the named user. */
export const openMode: Mode = {
  name: 'open mode',
  rules: 'open',
  variables: {},
  knows: (_, role) => role !== 'nobody',
  accounts: () => ({
    register: async () => ({ username: newName(), password: PASSWORD, refreshToken: 'made-up' }),
    passwordOf: async () => PASSWORD,
    tokenOf: async () => 'made-up',
  }),
  async voiceOf({ world, edge, role, userId: theirs }) {
    const userId = role === 'application' ? 0 : theirs;
    if (edge === 'REST') return overRest(new RestAsker(world, userId));
    return overSocket(await (userId === 0 ? world.stranger() : world.person(userId)));
  },
};

const key = newApiKey();
const variables = { ...ownAccounts(), API_KEYS: key };

const accounts = (world: World): Accounts => {
  /** The username of somebody who has the password from now on, if they have none. */
  const credentialsOf = async (userId: number): Promise<string> => {
    const username = newName();
    await world.sql(
      `INSERT INTO credentials ("userId", username, "passwordHash") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [userId, username, cheapHash()],
    );
    return username;
  };
  return {
    async register() {
      const userId = world.newId();
      await world.sql('INSERT INTO users (id) VALUES ($1)', [userId]);
      const login = { username: await credentialsOf(userId), password: PASSWORD };
      const { body } = await world.http.post('/auth/login').send(login).expect(200);
      return { ...login, refreshToken: (body as SessionView).refreshToken };
    },
    async passwordOf(userId) {
      await credentialsOf(userId);
      return PASSWORD;
    },
    tokenOf: async (userId) => (await mint(world, key, { userId })).accessToken,
  };
};

/** Users have tokens, the application has its key. */
export const tokens: Mode = {
  name: 'jwt mode',
  rules: 'jwt',
  variables,
  knows: (edge, role) => edge === 'REST' || role !== 'application',
  accounts,
  async voiceOf({ world, edge, role, userId }) {
    if (role === 'application') return overRest(new RestAsker(world, 0, { 'X-Api-Key': key }));
    if (role === 'nobody')
      return edge === 'REST' ? overRest(new RestAsker(world, 0)) : refusedAtTheDoor(world);
    const { accessToken } = await mint(world, key, { userId });
    if (edge === 'REST') return overRest(new RestAsker(world, 0, bearer(accessToken)));
    return overSocket(await world.bearer(userId, accessToken));
  },
};

/** The application acts in a user's name: it may do what that user may, and no more. */
export const inTheirNames: Mode = {
  name: 'jwt mode, by an API key in the name of somebody',
  rules: 'jwt',
  variables,
  knows: (edge, role) => edge === 'REST' && role !== 'nobody' && role !== 'application',
  accounts,
  voiceOf: async ({ world, userId }) => overRest(new RestAsker(world, userId, { 'X-Api-Key': key })),
};
