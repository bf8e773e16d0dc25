import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type KindName,
  lacksProxy,
  type Ports,
  ReverseProxy,
  shippedPathOf,
} from '../../tools/chaos/subjects/reverse-proxy.js';
import { projectRoot } from '../../src/common/project-root.js';

/** A suite that needs that proxy. Without it, it is skipped with a notice; with CI=true it fails. */
export function describeWith(name: KindName, title: string, suite: () => void): void {
  const lack = lacksProxy(name);
  if (lack === null) {
    describe(title, suite);
  } else if (process.env.CI === 'true') {
    describe(title, () => {
      it('runs', () => {
        throw new Error(`The tests of "${title}" did not run: ${lack}`);
      });
    });
  } else {
    process.stderr.write(`LEFT OUT: the tests of "${title}": ${lack}\n`);
    describe.skip(`${title} (left out: ${lack})`, suite);
  }
}

/** The configuration as shipped. */
export const shippedConfiguration = (name: KindName): string =>
  readFileSync(join(projectRoot(), shippedPathOf(name)), 'utf8');

/** nginx or HAProxy with the shipped configuration before two nodes. */
export const proxyBefore = (name: KindName, nodes: readonly [Ports, Ports]): Promise<ReverseProxy> =>
  ReverseProxy.start(name, shippedConfiguration(name), nodes);
