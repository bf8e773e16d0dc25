import { Controller, Get, Redirect } from '@nestjs/common';

/** Redirects browsers that open the port to the documents. */
@Controller()
export class FrontController {
  @Get()
  @Redirect('/docs')
  front(): void {
    // The decorator does everything.
  }
}
