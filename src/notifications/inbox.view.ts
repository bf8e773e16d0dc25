import type { NotificationView } from '../contract/index.js';
import { excerptOf } from '../messages/model/shown.js';
import type { ShownRow } from './inbox.queries.js';

export function toNotificationView({ text, ...entry }: ShownRow): NotificationView {
  return { ...entry, excerpt: text === null ? null : excerptOf(text) };
}
