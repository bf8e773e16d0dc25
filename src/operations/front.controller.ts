import { Controller, Get, Redirect } from '@nestjs/common';

/** Who opens the port in a browser finds the documents. */
@Controller()
export class FrontController {
  @Get()
  @Redirect('/docs')
  front(): void {
    // The decorator says it all.
  }
}
