import { ECDH } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import {
  AppError,
  type CommandInput,
  type PushKeyView,
  type PushTargetRemovedView,
  type PushTargetView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import { Outbound } from '../outbound/outbound.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { PushSenders } from './push-senders.js';
import { addTarget, lockTargets, removeTarget } from './targets.queries.js';

/** Most devices of a user. */
const MOST_TARGETS = 20;

/** Which devices get the pushes of whom. */
@Injectable()
export class PushTargetsService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly outbound: Outbound,
    private readonly senders: PushSenders,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * @throws AppError NOT_CONFIGURED; VALIDATION_FAILED for a token or a key that is none; UNAUTHENTICATED when the session of
   * the actor has ended meanwhile
   */
  async add(actor: Actor, input: CommandInput<'addPushTarget'>): Promise<PushTargetView> {
    const userId = requireUserId(actor);
    const { kind, token, keys = null, deviceId = null } = input;
    if (!this.senders.has(kind)) throw notConfigured(kind);
    this.checkToken(kind, token);
    if (keys) checkPoint(keys.p256dh);
    await this.users.ensure([userId]);
    const sessionId = actor.sessionId ?? null;
    const target = { userId, kind, token, keys, deviceId, sessionId, most: MOST_TARGETS };
    const added = await this.database.transaction(async (tx) => {
      await lockTargets(tx, userId);
      return addTarget(tx, target);
    });
    if (!added) throw new AppError('UNAUTHENTICATED');
    return added;
  }

  async remove(actor: Actor, { token }: CommandInput<'removePushTarget'>): Promise<PushTargetRemovedView> {
    const userId = requireUserId(actor);
    return { userId, removed: (await removeTarget(this.database, { userId, token })) > 0 };
  }

  key(): PushKeyView {
    const { vapid, preview } = this.config.push;
    return { kinds: [...this.senders.keys()], key: vapid?.publicKey ?? null, preview };
  }

  private checkToken(kind: string, token: string): void {
    if (kind === 'apns' && !/^([\da-f]{2}){16,100}$/i.test(token))
      throw invalid('token', 'expected hexadecimal digits');
    if (kind !== 'web') return;
    try {
      this.outbound.check(token);
    } catch (error) {
      throw invalid('token', error instanceof Error ? error.message : 'expected the URL of a push service');
    }
  }
}

/** What is no point of the curve could never be encrypted for. */
function checkPoint(p256dh: string): void {
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url');
  } catch {
    throw invalid(
      'keys.p256dh',
      'expected a public key of the curve P-256, as `subscription.toJSON().keys` has it',
    );
  }
}

const invalid = (path: string, message: string) =>
  new AppError('VALIDATION_FAILED', { details: [{ path, message }] });

const VARIABLES = { web: 'VAPID_…', fcm: 'FCM_CREDENTIALS', apns: 'APNS_…' };

const notConfigured = (kind: keyof typeof VARIABLES) =>
  new AppError('NOT_CONFIGURED', {
    message: `This server has no keys for pushes of this kind: the operator sets ${VARIABLES[kind]}.`,
  });
