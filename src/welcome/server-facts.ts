import { Inject, Injectable } from '@nestjs/common';
import { MAX_BODY_BYTES } from '../common/http/declared-bytes.js';
import { version } from '../common/version.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import type { Rate } from '../config/rate.js';
import {
  commandNames,
  definitionOf,
  type Feature,
  largestPage,
  MAX_CONTENT_LENGTH,
  MAX_MEMBERS,
  MAX_MENTIONS,
  METADATA,
  PROTOCOL,
  type ServerConfigView,
  type ServerLimits,
} from '../contract/index.js';
import { WebPages } from '../rest/web-pages.js';
import { SOCKET_PATH } from '../common/http/socket-path.js';

const shownRate = ({ points, durationMs }: Rate) => ({ most: points, withinMs: durationMs });

function limitsOf({ limits, receiptsPushedUpTo }: AppConfig): ServerLimits {
  const pages = commandNames.flatMap((name) => {
    const most = largestPage(definitionOf(name));
    return most === null ? [] : [[name, most] as const];
  });
  return {
    contentLength: MAX_CONTENT_LENGTH,
    metadata: { bytes: METADATA.bytes, depth: METADATA.depth, keys: METADATA.keys },
    payloadBytes: MAX_BODY_BYTES,
    members: MAX_MEMBERS,
    mentions: MAX_MENTIONS,
    receiptsPushedUpTo,
    pageSizes: Object.fromEntries(pages),
    rates: limits && {
      message: shownRate(limits.person.message),
      typing: shownRate(limits.person.typing),
      createChat: shownRate(limits.person.createChat),
      other: shownRate(limits.person.other),
    },
  };
}

/** What this server is, as clients are told. It stays the same as long as the process runs, and holds no secret. */
@Injectable()
export class ServerFacts {
  readonly config: ServerConfigView;

  constructor(@Inject(APP_CONFIG) config: AppConfig, pages: WebPages) {
    const { auth, shown } = config;
    const own = auth.mode === 'jwt' && auth.tokens.kind === 'own' ? auth.tokens : null;
    const features: Feature[] = [];
    if (config.directDelete === 'me') features.push('directDeleteForMe');
    if (own) features.push('accounts', 'refreshCookie');
    if (own?.registration) features.push('registration');
    this.config = {
      name: shown.name,
      version,
      protocol: PROTOCOL,
      auth: auth.mode,
      features,
      limits: limitsOf(config),
      accounts: own !== null,
      registration: own?.registration ?? false,
      socket: { url: shown.socketUrl, path: SOCKET_PATH },
      imageOrigins: [...shown.imageOrigins],
      pages: [...pages.paths],
    };
  }
}
