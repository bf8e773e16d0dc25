import { Controller } from '@nestjs/common';
import type { EditedMessageView, MessageView, StreamPositionView, StreamView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { StreamsService } from './streams.service.js';

@Controller()
export class StreamsController {
  constructor(private readonly streams: StreamsService) {}

  @Route('streamMessage')
  streamMessage(@CommandParam() { actor, input }: CommandRequest<'streamMessage'>): Promise<MessageView> {
    return this.streams.begin(actor, input);
  }

  @Route('sendDelta')
  sendDelta(@CommandParam() { actor, input }: CommandRequest<'sendDelta'>): Promise<StreamPositionView> {
    return this.streams.add(actor, input);
  }

  @Route('finishStream')
  finishStream(@CommandParam() { actor, input }: CommandRequest<'finishStream'>): Promise<EditedMessageView> {
    return this.streams.finish(actor, input);
  }

  @Route('stopStream')
  stopStream(@CommandParam() { actor, input }: CommandRequest<'stopStream'>): Promise<EditedMessageView> {
    return this.streams.stop(actor, input);
  }

  @Route('getStream')
  getStream(@CommandParam() { actor, input }: CommandRequest<'getStream'>): Promise<StreamView> {
    return this.streams.soFar(actor, input);
  }
}
