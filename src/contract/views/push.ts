import { z } from 'zod';
import { id, timestamp } from './fields.js';

/** How a device is reached: Web Push, Firebase Cloud Messaging, the push service of Apple. */
export const pushKind = z.enum(['web', 'fcm', 'apns']);
export type PushKind = z.infer<typeof pushKind>;

export const pushTargetView = z
  .object({ userId: id, kind: pushKind, deviceId: z.string().nullable(), createdAt: timestamp })
  .meta({ id: 'PushTarget' });
export type PushTargetView = z.infer<typeof pushTargetView>;

export const pushTargetRemovedView = z
  .object({ userId: id, removed: z.boolean().describe('Whether it was there.') })
  .meta({ id: 'PushTargetRemoved' });
export type PushTargetRemovedView = z.infer<typeof pushTargetRemovedView>;

export const pushKeyView = z
  .object({
    kinds: z.array(pushKind).describe('Those that this server is configured for.'),
    key: z
      .string()
      .nullable()
      .describe(
        'The public VAPID key, for `applicationServerKey` of `pushManager.subscribe`; null without `web`.',
      ),
    preview: z
      .boolean()
      .optional()
      .describe(
        'False: with `PUSH_PREVIEW=off` no push has the text of a message or a name, whatever `preview` of the preferences says. Older servers do not say it.',
      ),
  })
  .meta({ id: 'PushKey' });
export type PushKeyView = z.infer<typeof pushKeyView>;
