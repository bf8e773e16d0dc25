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
