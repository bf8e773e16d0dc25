import { z } from 'zod';
import { define } from '../define.js';
import { serverConfigView } from '../views/index.js';

export const serverCommands = {
  getConfig: define({
    summary:
      'What this server is: for a client that knows nothing but its address. It may be kept for a minute.',
    input: z.object({}),
    result: serverConfigView,
    order: 'read',
    who: 'anyone',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/config', status: 200 },
  }),
} as const;
