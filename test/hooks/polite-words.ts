import { Global, Injectable, Module } from '@nestjs/common';
import {
  BEFORE_SEND,
  type BeforeSend,
  type BeforeSendVerdict,
  type MessageToSend,
} from '../../src/hooks/before-send.js';

const RUDE = /\b(damn|blasted)\b/gi;
const ADVERTISING = /\bbuy (now|cheap)\b/i;

@Injectable()
class PoliteWords implements BeforeSend {
  beforeSend({ content }: MessageToSend): BeforeSendVerdict {
    if (ADVERTISING.test(content))
      return { action: 'refuse', code: 'ADVERTISING', reason: 'No advertising here.' };
    const polite = content.replace(RUDE, (word) => '*'.repeat(word.length));
    return polite === content ? { action: 'allow' } : { action: 'replace', content: polite };
  }
}

@Global()
@Module({ providers: [{ provide: BEFORE_SEND, useClass: PoliteWords }], exports: [BEFORE_SEND] })
export class PoliteWordsModule {}
