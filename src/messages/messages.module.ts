import { Module } from '@nestjs/common';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { TypingModule } from '../typing/typing.module.js';
import { ChatPurge } from './chat-purge.service.js';
import { DeletedContentsPurge } from './deleted-contents-purge.js';
import { HooksModule } from '../hooks/hooks.module.js';
import { AskedEdits } from './changes/asked-edits.js';
import { AskedSends } from './send/asked-sends.js';
import { BatchSender } from './send/batch-sender.js';
import { DirectChats } from './send/direct-chats.js';
import { DirectSends } from './send/direct-sends.js';
import { ValidatedSends } from './send/validated-sends.js';
import { MessageChanges } from './changes/message-changes.js';
import { MessageLifeService } from './changes/message-changes.service.js';
import { ParkedSends } from './send/parked-sends.js';
import { MessageWriter } from './send/message-writer.js';
import { MessageRepeats } from './message-repeats.js';
import { MessagesController } from './messages.controller.js';
import { MessagesGateway } from './messages.gateway.js';
import { MessagesService } from './messages.service.js';
import { CommonModule } from '../common/common.module.js';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { LimitsModule } from '../commands/limits/limits.module.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { DatabaseModule } from '../database/database.module.js';

/** Messages: sending and history. */
@Module({
  imports: [
    DatabaseModule,
    BusModule,
    ChatsModule,
    CommonModule,
    DeliveryModule,
    DirectoryModule,
    HooksModule,
    IdempotencyModule,
    LimitsModule,
    TypingModule,
  ],
  controllers: [MessagesController],
  providers: [
    AskedEdits,
    AskedSends,
    BatchSender,
    ChatPurge,
    DeletedContentsPurge,
    DirectChats,
    DirectSends,
    ValidatedSends,
    MessageChanges,
    MessageLifeService,
    MessageRepeats,
    MessageWriter,
    ParkedSends,
    MessagesGateway,
    MessagesService,
  ],
  exports: [ChatPurge, MessageChanges, MessagesService],
})
export class MessagesModule {}
