import { attackOf } from '../attack.js';
import { floodRequests } from '../attacker/flood.js';
import { addressLines, attackerAddress } from '../wire/address.js';

const HEAD = `HTTP/1.1\r\nHost: 127.0.0.1\r\n${addressLines(attackerAddress())}\r\n`;
const REQUESTS = `GET / ${HEAD}GET /socket.io/?EIO=4&transport=polling&sid=nobody ${HEAD}GET /socket.io/?EIO=3 ${HEAD}`;

export const attack = attackOf({
  title: 'four connections to the Socket.IO port send plain requests and unknown sessions, many in one write',
  expected: 'plain HTTP and unknown sessions of the Socket.IO port count as well: the connections are closed',
  fate: 'cut',
  fateBehindProxy: 'refused',
  run: (stage) =>
    floodRequests(stage, { requests: REQUESTS, endpoint: (seat) => stage.socketEndpoint(seat) }),
});
