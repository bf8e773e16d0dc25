import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';

const { engines } = createRequire(join(projectRoot(), 'package.json'))('./package.json') as {
  engines: { node: string };
};
const complaint = createRequire(join(projectRoot(), 'package.json'))('./scripts/check-node.cjs') as (
  version: string,
  engines: string,
) => string | null;

describe('A Node that is too old', () => {
  it.each(['14.21.3', '16.20.2', '18.20.8', '20.18.3', '21.7.3', '22.12.0', '23.11.1'])(
    'is told which is needed: %s',
    (version) => {
      expect(complaint(version, engines.node)).toMatch(
        new RegExp(`^Node\\.js 20\\.19\\+, 22\\.13\\+ or 24\\+ is needed, and this is ${version} .*$`),
      );
    },
  );

  it.each(['20.19.0', '20.20.2', '22.13.0', '22.23.3', '24.0.0', '24.21.0', '26.1.0'])(
    'is not one that fits: %s',
    (version) => {
      expect(complaint(version, engines.node)).toBeNull();
    },
  );
});
