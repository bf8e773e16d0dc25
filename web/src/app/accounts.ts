import type { Session, Storage } from '@chat-api/client';
import { type Accounts, accounts } from '@chat-api/client/accounts';
import { rest } from './rest';

// In a chunk of its own: a server in open mode has no passwords.

export interface AccountsOfTab extends Accounts {
  /**
   * Other devices are signed out by it, this one stays.
   *
   * @throws ChatError CREDENTIALS_WRONG, VALIDATION_FAILED, RATE_LIMITED
   */
  changePassword(currentPassword: string, newPassword: string): Promise<void>;
  /** Ends all sessions of this person, also on other devices. @throws ChatError */
  endEverywhere(): Promise<void>;
}

/** People who log in with a password, kept in this storage. */
export function accountsIn(storage: Storage): AccountsOfTab {
  const one = accounts({ storage });
  const open = () => storage.open(`${location.origin}#session`);
  // As the client renews its tokens: what it would renew meanwhile is ended by the new password.
  const alone = (work: () => Promise<void>) =>
    navigator.locks ? navigator.locks.request(`chat:token:${location.origin}`, work) : work();
  return {
    ...one,
    async changePassword(currentPassword, newPassword) {
      const { token } = await one.handshake('start');
      await alone(async () => {
        const value = await rest<Session>(
          'POST',
          '/auth/password',
          { currentPassword, newPassword },
          { authorization: `Bearer ${String(token)}` },
        );
        const rows = await open();
        await rows.write([{ kind: 'meta', key: 'session', value }]);
        rows.close();
      });
    },
    async endEverywhere() {
      const rows = await open();
      const [kept] = await rows.rows('meta');
      rows.close();
      const { refreshToken } = kept![1] as Session;
      await rest('POST', '/auth/logout', { refreshToken, everywhere: true });
    },
  };
}
