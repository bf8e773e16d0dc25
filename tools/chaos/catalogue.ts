import { readdirSync } from 'node:fs';
import type { Fault } from './arena.js';

/** The source folder. This file runs from dist/tools/chaos, which may contain stale files. */
const SOURCES = new URL('../../../tools/chaos/faults/', import.meta.url);

/** Every file of `faults/` exports one `fault`; the file name is the fault's name. */
export async function allFaults(): Promise<Map<string, Fault>> {
  const names = readdirSync(SOURCES)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3))
    .sort();
  const faults = new Map<string, Fault>();
  for (const name of names) {
    const { fault } = (await import(new URL(`./faults/${name}.js`, import.meta.url).href)) as {
      fault: Fault;
    };
    faults.set(name, fault);
  }
  return faults;
}
