import { WebSocketGateway } from '@nestjs/websockets';
import type { EditedMessageView, MessageView, StreamPositionView, StreamView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { StreamsService } from './streams.service.js';

@WebSocketGateway()
export class StreamsGateway {
  constructor(private readonly streams: StreamsService) {}

  @Command('streamMessage')
  streamMessage({ actor, input }: CommandRequest<'streamMessage'>): Promise<MessageView> {
    return this.streams.begin(actor, input);
  }

  @Command('sendDelta')
  sendDelta({ actor, input }: CommandRequest<'sendDelta'>): Promise<StreamPositionView> {
    return this.streams.add(actor, input);
  }

  @Command('finishStream')
  finishStream({ actor, input }: CommandRequest<'finishStream'>): Promise<EditedMessageView> {
    return this.streams.finish(actor, input);
  }

  @Command('stopStream')
  stopStream({ actor, input }: CommandRequest<'stopStream'>): Promise<EditedMessageView> {
    return this.streams.stop(actor, input);
  }

  @Command('getStream')
  getStream({ actor, input }: CommandRequest<'getStream'>): Promise<StreamView> {
    return this.streams.soFar(actor, input);
  }
}
