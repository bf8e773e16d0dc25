import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { sha256 } from '../../config/auth-config.js';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';

/** The keys of the application's own backends. */
@Injectable()
export class ApiKeys {
  private readonly hashes: readonly Buffer[];

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    this.hashes = auth.mode === 'jwt' ? auth.apiKeyHashes : [];
  }

  /** A key that is nearly right takes as long as any other, so timing reveals nothing. */
  has(key: string): boolean {
    if (this.hashes.length === 0) return false;
    const hash = sha256(key);
    let found = false;
    for (const known of this.hashes) found = timingSafeEqual(hash, known) || found;
    return found;
  }
}
