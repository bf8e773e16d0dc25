/**
 * The end-to-end suites that speak over sockets, with SOCKET_WIRE=stock: what they promise must hold without the fast
 * path too. Left out are `sockets/wire`, which tests parts of the fast path by themselves, and `sockets/both-wires`,
 * which starts both wires in any case.
 */
import jestConfig from './jest.config.js';

// For this process and for the workers and servers that it starts.
process.env.SOCKET_WIRE = 'stock';

const SUITES = [
  'sockets/**/*',
  'protocol/**/*',
  'messages/**/*',
  'sync/**/*',
  'groups/lifecycle',
  'groups/removal',
  // The other suites of delivery are about the link to Redis.
  'delivery/two-nodes',
  'delivery/redis-events',
  // The size of a frame reaches the limits another way.
  'limits/rate-limits',
  'bad-input/faults',
  'bad-input/frames',
  'bad-input/sockets',
];

export default async () => {
  const { projects, ...rest } = await jestConfig();
  const e2e = projects.find(({ displayName }) => displayName === 'e2e');
  const stock = {
    ...e2e,
    displayName: 'stock',
    testMatch: SUITES.map((suite) => `<rootDir>/test/${suite}.e2e-spec.ts`),
    testPathIgnorePatterns: ['/node_modules/', '/test/sockets/(wire|both-wires)\\.e2e-spec\\.ts$'],
  };
  return { ...rest, projects: [stock] };
};
