import { attackOf } from '../attack.js';
import { floodRequests } from '../attacker/flood.js';
import { LONGEST } from '../attacker/unread.js';
import { addressLines, attackerAddress } from '../wire/address.js';

export const attack = attackOf<{ token: string; chatId: number }>({
  title: 'a hundred connections of one account ask for pages over REST, many in one write, and read none',
  expected: 'pipelining is bounded, and so is what waits for somebody who does not read',
  fate: 'held',
  prepare: async (scene) => {
    const { id, token } = await scene.person();
    const [other = 0] = await scene.people(1);
    const chatId = await scene.directChat(id, other);
    await scene.fill({ id, token }, chatId, 100, LONGEST);
    return { token, chatId };
  },
  run: (stage) => {
    const { token, chatId } = stage.data;
    const head = `Host: 127.0.0.1\r\n${addressLines(attackerAddress())}Authorization: Bearer ${token}\r\n\r\n`;
    return floodRequests(stage, {
      requests: `GET /chats/${chatId}/messages?limit=100 HTTP/1.1\r\n${head}`,
      endpoint: (seat) => stage.httpEndpoint(seat),
      seats: 100,
      reads: false,
    });
  },
});
