import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';
import type { World } from './world.js';

export const root = projectRoot();

/**
 * A block of code of a guide. Its first line says, after the language, what the tests do with it: `run=name`, or
 * `not-run=reason`; `text output=name` is what the block of that name prints, `…` stands for what differs each time.
 */
export interface Block {
  file: string;
  language: string;
  marks: Record<string, string>;
  code: string;
}

export function blocksOf(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```([a-z]+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language, info, code]) => ({
    file,
    language: language!,
    marks: Object.fromEntries(
      info!
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map((mark) => mark.split('=') as [string, string]),
    ),
    code: code!,
  }));
}

/** The statements of the database are explained one by one by a test of their own. */
const files = ['guides', 'reference'].flatMap((folder) =>
  readdirSync(join(root, 'docs', folder))
    .filter((name) => name.endsWith('.md') && name !== 'statements.md')
    .map((name) => `docs/${folder}/${name}`),
);

export const blocks = files.flatMap(blocksOf);
export const named = (name: string): Block => {
  const found = blocks.filter(({ marks }) => marks.run === name);
  if (found.length !== 1) throw new Error(`${found.length} blocks are run=${name}`);
  return found[0]!;
};

/** What it prints; every address of a default server is that of the world's. */
export async function outputOf(
  code: string,
  [command, ...args]: [string, ...string[]],
  world: World,
  cwd = root,
  env: Record<string, string> = {},
): Promise<string> {
  const here = code
    .replaceAll('localhost:3000', `localhost:${world.app.httpPort}`)
    .replaceAll('localhost:5005', `localhost:${world.app.socketPort}`);
  const child = spawn(command, [...args, here], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}: ${errors}`);
  return output;
}

export const SHELL = ['sh', '-ec'] as [string, string];
export const NODE = [process.execPath, '--input-type=module', '-e'] as [string, string, string];

/** One JSON value after the other, as several calls of curl print them. */
export const answersIn = (output: string): unknown[] =>
  JSON.parse(`[${output.trim().replaceAll(/(?<=[}\]])\s*(?=[{[])/g, ',')}]`) as unknown[];
