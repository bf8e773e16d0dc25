import type { Commands, Events } from './contract.gen.js';

/** Commands whose answer is the event that the others hear: the socket that asked hears no other. */
const HEARD_AS: Partial<Record<keyof Commands, keyof Events>> = {
  sendMessage: 'newMessage',
  editMessage: 'messageEdited',
  streamMessage: 'newMessage',
  finishStream: 'messageEdited',
  stopStream: 'messageEdited',
  addReaction: 'reactionsChanged',
  removeReaction: 'reactionsChanged',
  updateChat: 'chatUpdated',
  deleteChat: 'chatDeleted',
  clearChat: 'chatCleared',
  createChat: 'newChat',
  createGroup: 'newChat',
  acceptInvitation: 'newChat',
  addMembers: 'membersAdded',
  removeMember: 'memberRemoved',
  leaveChat: 'memberRemoved',
  setRole: 'memberUpdated',
  updateMembership: 'membershipUpdated',
  markAsSeen: 'messageSeen',
  markAsUnread: 'unreadCount',
  blockUser: 'blockChanged',
  unblockUser: 'blockChanged',
};

/** The answer to a command as the events that it stands for. */
export function eventsOf(command: keyof Commands, answer: unknown): [name: keyof Events, body: unknown][] {
  if (command === 'deleteMessage') {
    const { for: whom } = answer as Commands['deleteMessage']['result'];
    return [[whom === 'me' ? 'messageHidden' : 'messageDeleted', answer]];
  }
  if (command === 'markAsDelivered') {
    const marks = (answer as { marks?: unknown[] }).marks ?? [answer];
    return marks.map((mark) => ['messageDelivered', mark]);
  }
  const name = HEARD_AS[command];
  return name ? [[name, answer]] : [];
}
