import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';

interface Package {
  version: string;
  dependencies: Record<string, string>;
  overrides: Record<string, string>;
}

const read = (path: string) => JSON.parse(readFileSync(join(projectRoot(), path), 'utf8')) as Package;

/** Whose undocumented fields we read: ADR 15 and 16. */
const READ_INSIDE = ['engine.io', 'prom-client', 'socket.io', 'socket.io-adapter', 'socket.io-parser', 'ws'];

describe('The version of package.json', () => {
  const { version } = read('package.json');
  const text = (path: string) => readFileSync(join(projectRoot(), path), 'utf8');

  it('is the image’s', () => {
    expect(text('Dockerfile')).toContain(`LABEL org.opencontainers.image.version=${version}\n`);
    expect(text('docker-compose.yml')).toContain(`image: chat:${version}\n`);
  });

  it('has a dated section in the changelog', () => {
    expect(text('CHANGELOG.md')).toMatch(new RegExp(`^## \\[${version}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm'));
  });
});

describe('Packages whose undocumented fields are read', () => {
  it.each(READ_INSIDE)('are pinned to what is installed: %s', (name) => {
    const { dependencies, overrides } = read('package.json');
    const asked = overrides[name] ?? dependencies[name];
    const pinned = asked?.startsWith('$') ? dependencies[asked.slice(1)] : asked;
    expect(pinned).toBe(read(`node_modules/${name}/package.json`).version);
  });
});
