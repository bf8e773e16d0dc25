import { readdirSync } from 'node:fs';
import type { Fault } from './arena.js';

/** The sources' folder: this runs from the compiled one, dist/tools/chaos. What was compiled of it once may be stale. */
const SOURCES = new URL('../../../tools/chaos/faults/', import.meta.url);

/** Every file of `faults/` exports one `fault` and is called as the fault is. */
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
