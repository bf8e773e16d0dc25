/** Does a part of a script, and prints how long it took. */
export function step(what, work) {
  const began = Date.now();
  const result = work();
  console.log(`${what}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return result;
}
