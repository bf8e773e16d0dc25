import type { PushConfig } from '../config/push-config.js';
import type { PushKind } from '../contract/index.js';
import type { Outbound } from '../outbound/outbound.js';
import { ApnsSender } from './senders/apns-sender.js';
import { FcmSender } from './senders/fcm-sender.js';
import type { PushSender } from './senders/push-sender.js';
import { WebPushSender } from './senders/web-push-sender.js';

/** The senders of the kinds that this server has keys for. */
export class PushSenders extends Map<PushKind, PushSender> {}

/** What is not configured is not even loaded. */
export async function pushSenders(
  { vapid, fcm, apns }: PushConfig,
  outbound: Outbound,
): Promise<PushSenders> {
  const senders = new PushSenders();
  if (vapid) {
    const { default: library } = await import('web-push');
    senders.set('web', new WebPushSender(library, vapid, outbound));
  }
  if (fcm) senders.set('fcm', new FcmSender(fcm, outbound));
  if (apns) senders.set('apns', new ApnsSender(apns, outbound));
  return senders;
}
