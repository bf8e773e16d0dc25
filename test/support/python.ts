import { spawnSync } from 'node:child_process';

/** A Python that has python-socketio and what it needs for both transports; undefined: there is none. */
export const python = ['python3', '/usr/bin/python3', 'python'].find(
  (command) => spawnSync(command, ['-c', 'import socketio, websocket, requests']).status === 0,
);

/** `describe` where the Python client is tried: CI must have it, elsewhere the suites are skipped without it. */
export const inPython = python !== undefined || process.env.CI === 'true' ? describe : describe.skip;

if (python === undefined) {
  process.stderr.write(
    'The Python client is not tested: there is no python3 with socketio, websocket and requests ' +
      '(Debian: python3-socketio python3-websocket python3-requests)\n',
  );
}
