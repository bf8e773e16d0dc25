import type { MessageEdit } from '@chat-api/client';
import type { ReportStatus } from '../route';

/** A report as the page takes it: of a message, a person or a chat. Not every server has all of it. */
export interface AnyReport {
  reportId: number;
  reason: string | null;
  reporterId: number;
  status: ReportStatus;
  createdAt: string;
  updatedAt: string;
  chatId?: number | null;
  /** Whom it is about; of a message its sender. */
  userId?: number | null;
  message?: {
    senderId: number | null;
    content: string;
    createdAt: string;
    editedAt: string | null;
    deletedAt: string | null;
    edits: MessageEdit[];
  } | null;
  /** What the person showed when they were reported. */
  user?: { name: string | null } | null;
  /** The chat as it was then. */
  chat?: { title: string | null; memberCount: number } | null;
  note?: string | null;
  handledBy?: string | null;
}

export interface Subject {
  kind: 'message' | 'person' | 'chat';
  /** Whom it is about; null: nobody, or the application. */
  userId: number | null;
  chatId: number | null;
}

export function subjectOf({ message, userId, chatId }: AnyReport): Subject {
  if (message) return { kind: 'message', userId: message.senderId, chatId: chatId ?? null };
  if (userId) return { kind: 'person', userId, chatId: chatId ?? null };
  return { kind: 'chat', userId: null, chatId: chatId ?? null };
}
