import { Controller, Header } from '@nestjs/common';
import type { ServerConfigView } from '../contract/index.js';
import { Route } from '../rest/route.decorator.js';
import { ServerFacts } from './server-facts.js';

@Controller()
export class WelcomeController {
  constructor(private readonly facts: ServerFacts) {}

  @Route('getConfig')
  @Header('Cache-Control', 'public, max-age=60')
  getConfig(): ServerConfigView {
    return this.facts.config;
  }
}
