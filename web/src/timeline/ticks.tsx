import type { TimelineItem } from '@chat-api/client';
import { Check, CheckCheck, CircleAlert, Clock } from '../parts/icons';

/** How far one's own message is: for eyes; the row says it in words. */
export function Ticks({ status }: { status: TimelineItem['status'] }) {
  switch (status) {
    case 'queued':
    case 'sending':
      return <Clock className="ticks" size={14} />;
    case 'sent':
      return <Check className="ticks" size={15} />;
    case 'delivered':
      return <CheckCheck className="ticks" size={15} />;
    case 'seen':
      return <CheckCheck className="ticks seen" size={15} />;
    case 'failed':
      return <CircleAlert className="ticks failed" size={14} />;
  }
}
