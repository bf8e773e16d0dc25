import { type CommandName } from '../../src/contract/index.js';
import type { Answer } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, newName, ownAccounts, PASSWORD, refusal, register } from './accounts.js';
import { type Edge, RestAsker } from './edges.js';
import { type Accounts, type Role, type rowsOf } from './permission-matrix.js';
import type { Client, World } from './world.js';

/** A command and the role that sends it. */
interface Question {
  world: World;
  edge: Edge;
  role: Role;
  userId: number;
  command: CommandName;
  input: Record<string, unknown>;
}

/** The outcome, and the answer as it came over the wire. */
interface Heard {
  outcome: string;
  wire: string;
}

/** A mode of the server, and how a role sends commands in it. */
export interface Mode {
  name: string;
  rules: keyof typeof rowsOf;
  variables: Record<string, string>;
  /** Whether this mode has the role. */
  knows(edge: Edge, role: Role): boolean;
  accounts(world: World): Accounts;
  ask(question: Question): Promise<Heard>;
}

const outcomeOf = (answer: Answer): string => (answer.ok ? 'ok' : answer.error.code);

async function overRest({ command, input }: Question, asker: RestAsker): Promise<Heard> {
  const { answer, wire } = await asker.wired(command, input);
  return { outcome: outcomeOf(answer), wire };
}

async function overSocket({ command, input }: Question, client: Client): Promise<Heard> {
  const answer = await client.ask(command, input);
  client.close();
  return { outcome: outcomeOf(answer), wire: JSON.stringify(answer) };
}

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
  async ask(question) {
    const { world, edge, role } = question;
    const userId = role === 'application' ? 0 : question.userId;
    if (edge === 'REST') return overRest(question, new RestAsker(world, userId));
    return overSocket(question, await (userId === 0 ? world.stranger() : world.person(userId)));
  },
};

const key = newApiKey();
const variables = { ...ownAccounts(), API_KEYS: key };

const accounts = (world: World): Accounts => ({
  async register() {
    const { user, refreshToken } = await register(world);
    return { username: user.username!, password: PASSWORD, refreshToken };
  },
  async passwordOf(userId) {
    const { user } = await register(world);
    await world.sql(
      `INSERT INTO credentials ("userId", username, "passwordHash")
       SELECT $1, $2, "passwordHash" FROM credentials WHERE "userId" = $3 ON CONFLICT DO NOTHING`,
      [userId, newName(), user.id],
    );
    return PASSWORD;
  },
  tokenOf: async (userId) => (await mint(world, key, { userId })).accessToken,
});

/** Users have tokens, the application has its key. */
export const tokens: Mode = {
  name: 'jwt mode',
  rules: 'jwt',
  variables,
  knows: (edge, role) => edge === 'REST' || role !== 'application',
  accounts,
  async ask(question) {
    const { world, edge, role, userId } = question;
    if (role === 'application') return overRest(question, new RestAsker(world, 0, { 'X-Api-Key': key }));
    if (role === 'nobody') {
      if (edge === 'REST') return overRest(question, new RestAsker(world, 0));
      const refused = await refusal(world, {});
      return { outcome: refused.code, wire: JSON.stringify(refused) };
    }
    const { accessToken } = await mint(world, key, { userId });
    if (edge === 'REST') return overRest(question, new RestAsker(world, 0, bearer(accessToken)));
    return overSocket(question, await world.bearer(userId, accessToken));
  },
};

/** The application acts in a user's name: it may do what that user may, and no more. */
export const inTheirNames: Mode = {
  name: 'jwt mode, by an API key in the name of somebody',
  rules: 'jwt',
  variables,
  knows: (edge, role) => edge === 'REST' && role !== 'nobody' && role !== 'application',
  accounts,
  ask: (question) => overRest(question, new RestAsker(question.world, question.userId, { 'X-Api-Key': key })),
};
