import { Controller } from '@nestjs/common';
import type { Client, CommandRequest } from '../commands/request.js';
import type { ErasureView } from '../contract/index.js';
import { ClientParam } from '../rest/client-param.decorator.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { ErasureService } from './erasure.service.js';

@Controller()
export class ErasureController {
  constructor(private readonly erasures: ErasureService) {}

  @Route('eraseUser')
  eraseUser(@CommandParam() { input }: CommandRequest<'eraseUser'>): Promise<ErasureView> {
    return this.erasures.erase(input);
  }

  @Route('eraseMe')
  eraseMe(
    @CommandParam() { actor, input }: CommandRequest<'eraseMe'>,
    @ClientParam() client: Client,
  ): Promise<ErasureView> {
    return this.erasures.eraseMe(actor, input, client);
  }

  @Route('getErasure')
  getErasure(@CommandParam() { input }: CommandRequest<'getErasure'>): Promise<ErasureView> {
    return this.erasures.get(input);
  }
}
