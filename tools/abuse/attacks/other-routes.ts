import { attackOf } from '../attack.js';
import { floodRequests } from '../attacker/flood.js';
import { addressLines, attackerAddress } from '../wire/address.js';

const HEAD = `HTTP/1.1\r\nHost: 127.0.0.1\r\n${addressLines(attackerAddress())}`;
const REQUESTS = [
  `OPTIONS /chats/1 ${HEAD}Origin: http://localhost\r\nAccess-Control-Request-Method: DELETE\r\n\r\n`,
  `GET /nowhere ${HEAD}\r\n`,
  `GET /docs/openapi.json ${HEAD}\r\n`,
  `GET /metrics ${HEAD}\r\n`,
  `POST /auth/login ${HEAD}Content-Type: application/json\r\nContent-Length: 3\r\n\r\n{"x`,
];

export const attack = attackOf({
  title: 'four connections send preflights, unknown routes, documents and broken bodies, many in one write',
  expected: 'what is no command counts as well: the connections are closed',
  fate: 'cut',
  fateBehindProxy: 'refused',
  run: (stage) =>
    floodRequests(stage, { requests: REQUESTS.join(''), endpoint: (seat) => stage.httpEndpoint(seat) }),
});
