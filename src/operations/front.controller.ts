import { Controller, Get, Redirect } from '@nestjs/common';

/** `GET /`: redirects a browser to the API documents. */
@Controller()
export class FrontController {
  @Get()
  @Redirect('/docs')
  front(): void {
    // The decorator does everything.
  }
}
