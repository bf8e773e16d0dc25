import { commandNames, definitionOf } from '../../src/contract/index.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { registeredRoutes } from '../support/registered-routes.js';

/** Served to anyone: is it well, what is it, how is it spoken to. They say nothing of people or chats. */
const open = /^GET \/($|health(\/|$)|docs($|\/)|metrics$)/;

const ofContract = new Set(
  commandNames.flatMap((name) => {
    const { rest } = definitionOf(name);
    return rest ? [`${rest.method} ${rest.path}`] : [];
  }),
);

describe.each([
  ['open mode', {}],
  ['jwt mode', { ...ownAccounts(), API_KEYS: newApiKey() }],
])('What is served over HTTP in %s', (_, variables) => {
  let served: string[];
  beforeAll(async () => {
    served = await registeredRoutes(variables);
  });

  it('is the routes of the contract, which the matrix of permissions walks, and what is open to anyone', () => {
    expect(served.filter((route) => !ofContract.has(route) && !open.test(route))).toEqual([]);
    expect([...ofContract].filter((route) => !served.includes(route))).toEqual([]);
  });

  it('has each route once', () => {
    expect([...served].sort()).toEqual([...new Set(served)].sort());
  });
});
