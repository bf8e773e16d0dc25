/** Called by Jest: a test that would leave this machine fails, also where the code that it tests lives with the error. */
import { keepToLoopback } from './only-loopback.mjs';

const refused: string[] = [];
keepToLoopback((what) => refused.push(what));

/** @throws Error when something was refused since the last call */
export const stayedHere = (): void => {
  const left = refused.splice(0);
  if (left.length > 0) throw new Error(left.join('\n'));
};
afterEach(stayedHere);
afterAll(stayedHere);
