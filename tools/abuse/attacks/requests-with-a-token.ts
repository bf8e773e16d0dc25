import { attackOf } from '../attack.js';
import { floodRequests } from '../attacker/flood.js';
import { ALLOWED } from '../attacker/limits.js';
import { addressLines, attackerAddress } from '../wire/address.js';

export const attack = attackOf<{ id: number; token: string }>({
  title: 'four connections of one account ask for its chats over REST, many in one write',
  expected: 'the account is refused, and the connections are closed after a few refusals',
  fate: 'cut',
  // nginx hands on one request of a connection after the other: they may stay below the limit.
  fateBehindProxy: 'refused',
  allows: (seconds) => ({ served: ALLOWED.otherCommands(seconds) }),
  prepare: (scene) => scene.person(),
  run: (stage) => {
    const { id, token } = stage.data;
    const head = `Host: 127.0.0.1\r\n${addressLines(attackerAddress())}Authorization: Bearer ${token}\r\n\r\n`;
    return floodRequests(stage, {
      requests: `GET /chats/user/${id} HTTP/1.1\r\n${head}`,
      endpoint: (seat) => stage.httpEndpoint(seat),
    });
  },
});
