import { Controller, Get, Redirect } from '@nestjs/common';

/** `GET /`, where the page is not served: to the documents. */
@Controller()
export class FrontController {
  @Get()
  @Redirect('/docs')
  front(): void {
    // The decorator does everything.
  }
}
