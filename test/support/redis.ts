import { lacksRedis, Redis } from '../../tools/chaos/subjects/redis.js';

export { Redis };

const lack = lacksRedis();

/**
 * A suite that needs Redis. Where there is none it is left out, and says so; with CI=true that is a failure. What it
 * starts ends with it.
 */
export function describeWithRedis(title: string, suite: () => void): void {
  if (lack === null) {
    describe(title, () => {
      suite();
      // Those of a test that failed before it closed them.
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
