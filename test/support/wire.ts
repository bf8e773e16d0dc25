/** The variables that start an app on the wire that this run of the tests is about: see jest.stock.config.js. */
export function wireOfThisRun(): Record<string, string> {
  const { SOCKET_WIRE } = process.env;
  return SOCKET_WIRE ? { SOCKET_WIRE } : {};
}
