import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';
import { type CommandName, commands, type EventName, events } from '../../src/contract/index.js';

const KIT = join(projectRoot(), 'packages/testing');

type Step =
  | { event: string; body: unknown }
  | { ask: string; id?: string; answer?: unknown }
  | { to: string; answer: unknown };

interface Vector {
  name: string;
  rule: string;
  me: number;
  steps: Step[];
}

/** Plain JavaScript, since it is run by itself. */
const { vectors, printed } = (await import(join(KIT, 'vectors/write.mjs'))) as {
  vectors(): Promise<Record<string, Vector[]>>;
  printed(list: Vector[]): string;
};
const files = await vectors();

describe.each(Object.entries(files))('The vectors of %s', (file, list) => {
  it('are what their source says: node packages/testing/vectors/write.mjs', () => {
    expect(readFileSync(join(KIT, 'conformance', file), 'utf8')).toBe(printed(list));
  });

  it.each(list)('$name: consists of what the server sends', ({ steps }) => {
    const asked = new Map<string, string>();
    for (const step of steps) {
      if ('event' in step) events[step.event as EventName].payload.parse(step.body);
      else {
        const command = 'to' in step ? asked.get(step.to)! : step.ask;
        if ('ask' in step && step.id !== undefined) asked.set(step.id, command);
        else commands[command as CommandName].result.parse(step.answer);
      }
    }
  });
});

it('have names of their own', () => {
  const names = Object.values(files).flatMap((list) => list.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});

it('are as many as the guide to other languages shows', () => {
  const guide = readFileSync(join(projectRoot(), 'docs/guides/clients-in-other-languages.md'), 'utf8');
  const count = Object.values(files).flat().length;
  expect(/^(\d+) vectors, 0 failed$/m.exec(guide)?.[1]).toBe(String(count));
});

/** `npm install` links programs: one that is built later is not found by npx, which then looks for it elsewhere. */
it('and the programs beside them are files of the repository', () => {
  const { bin } = JSON.parse(readFileSync(join(KIT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  for (const [name, path] of Object.entries(bin)) {
    expect(path).not.toMatch(/dist/);
    expect(readFileSync(join(KIT, path), 'utf8')).toContain(`/dist/bin/${name}.js`);
  }
});
