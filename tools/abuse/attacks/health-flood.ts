import { attackOf } from '../attack.js';
import { floodRequests } from '../attacker/flood.js';
import { addressLines, attackerAddress } from '../wire/address.js';

const HEAD = `HTTP/1.1\r\nHost: 127.0.0.1\r\n${addressLines(attackerAddress())}\r\n`;

export const attack = attackOf({
  title: 'four connections ask for the health of the node, many times in one write',
  expected: 'pipelining is bounded for everything; the health checks of others are answered',
  fate: 'cut',
  fateBehindProxy: 'held',
  run: (stage) =>
    floodRequests(stage, {
      requests: `GET /health/live ${HEAD}GET /health/ready ${HEAD}`,
      endpoint: (seat) => stage.httpEndpoint(seat),
    }),
});
