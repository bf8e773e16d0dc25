/**
 * For programs that tests start: `node --import` of this file keeps them to this machine. What is refused is printed for
 * whoever has started them, and the program fails.
 */
import { keepToLoopback } from './only-loopback.mjs';

keepToLoopback((what) => {
  process.stderr.write(`${what}\n`);
  process.exitCode = 1;
});
