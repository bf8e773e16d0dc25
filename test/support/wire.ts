/** The variables that start an app on the wire of this test run: see jest.stock.config.js. */
export function wireOfThisRun(): Record<string, string> {
  const { SOCKET_WIRE } = process.env;
  return SOCKET_WIRE ? { SOCKET_WIRE } : {};
}
