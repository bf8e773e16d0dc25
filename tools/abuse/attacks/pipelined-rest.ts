import { attackOf } from '../attack.js';
import { floodRequests } from '../attacker/flood.js';
import { addressLines, attackerAddress } from '../wire/address.js';

const REQUEST = `GET /chats/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n${addressLines(attackerAddress())}\r\n`;

export const attack = attackOf({
  title: 'four connections to the REST port send requests without credentials, many in one write',
  expected: 'a refusal costs next to nothing: the connections are closed, health checks are answered',
  fate: 'cut',
  fateBehindProxy: 'refused',
  run: (stage) => floodRequests(stage, { requests: REQUEST, endpoint: (seat) => stage.httpEndpoint(seat) }),
});
