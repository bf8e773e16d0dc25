import { readdirSync } from 'node:fs';
import type { Attack } from './attack.js';

/** The source folder. This file runs from dist/tools/abuse, which may contain stale files. */
const SOURCES = new URL('../../../tools/abuse/attacks/', import.meta.url);

/** Every file of `attacks/` exports one `attack`; the file name is the attack's name. */
export async function allAttacks(): Promise<Map<string, Attack>> {
  const names = readdirSync(SOURCES)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3))
    .sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await attackNamed(name)] as const)));
}

export async function attackNamed(name: string): Promise<Attack> {
  const address = new URL(`./attacks/${name}.js`, import.meta.url).href;
  return ((await import(address)) as { attack: Attack }).attack;
}
