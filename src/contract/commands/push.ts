import { z } from 'zod';
import { define } from '../define.js';
import { filledText, userId } from '../scalars.js';
import { pushKeyView, pushKind, pushTargetRemovedView, pushTargetView } from '../views/index.js';

/** Longest token of a device: the URLs of push services are the longest. */
const MAX_TOKEN = 4_096;

const token = filledText(MAX_TOKEN).describe(
  'web: `endpoint` of the subscription; fcm: the registration token; apns: the device token in hexadecimal.',
);

/** So many bytes as base64url, with or without padding. */
const bytes = (length: number) => {
  const characters = Math.ceil((length * 4) / 3);
  return z.string().regex(new RegExp(`^[\\w-]{${characters}}={0,2}$`), {
    error: `expected ${length} bytes in base64url`,
  });
};

export const pushCommands = {
  addPushTarget: define({
    summary:
      'From now on this device gets pushes of your unread messages, except while you use one of your devices (`setActive`). Call it at each start of the app: the same token again replaces what is stored, and belongs to you alone. The server keeps the token, `keys` and `deviceId` until you call `removePushTarget`, your session ends, somebody else adds the same device, or its push service says that it is gone. A push has the title and the beginning of the message, unless your preference `preview` is off: through the push service it goes encrypted to `web`, readable by Google or Apple to the other kinds. At most 20 devices of a user; then the oldest is removed. NOT_CONFIGURED if this server has no keys for that kind.',
    input: z
      .object({
        kind: pushKind,
        token,
        keys: z
          .object({ p256dh: bytes(65), auth: bytes(16) })
          .optional()
          .describe('For `web`: `keys` of the subscription.'),
        deviceId: filledText(200)
          .optional()
          .describe('Your name for the device: a newer token with it replaces the older one.'),
        userId: userId.optional(),
      })
      .refine(({ kind, keys }) => (kind === 'web') === (keys !== undefined), {
        path: ['keys'],
        error: 'expected keys for kind web, and only there',
      }),
    result: pushTargetView,
    order: 'write',
    who: 'person',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: { method: 'PUT', path: '/push/targets', status: 200 },
  }),
  removePushTarget: define({
    summary: 'This device gets no more pushes. `removed` is false if it was none of yours.',
    input: z.object({ token, userId: userId.optional() }),
    result: pushTargetRemovedView,
    order: 'write',
    who: 'person',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: { method: 'DELETE', path: '/push/targets', status: 200 },
  }),
  getPushKey: define({
    summary:
      'How this server pushes. A web page compares `key` with that of its subscription at each start, and subscribes anew if it differs.',
    input: z.object({}),
    result: pushKeyView,
    order: 'read',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/push/key', status: 200 },
  }),
} as const;
