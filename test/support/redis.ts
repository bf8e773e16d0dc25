import { lacksRedis, Redis } from '../../tools/chaos/subjects/redis.js';

export { Redis };

const lack = lacksRedis();

/**
 * A suite that needs Redis. Without Redis it is skipped with a notice; with CI=true it fails. It stops everything that
 * it has started.
 */
export function describeWithRedis(title: string, suite: () => void): void {
  if (lack === null) {
    describe(title, () => {
      suite();
      // Servers of a test that failed before it closed them.
      afterAll(() => Redis.closeAll());
    });
  } else if (process.env.CI === 'true') {
    describe(title, () => {
      it('runs', () => {
        throw new Error(`The tests with Redis did not run: ${lack}`);
      });
    });
  } else {
    process.stderr.write(`LEFT OUT: the tests of "${title}": ${lack}\n`);
    describe.skip(`${title} (left out: ${lack})`, suite);
  }
}
