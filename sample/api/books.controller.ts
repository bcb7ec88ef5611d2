import { BadRequestException, Body, Controller, Get, Post } from '@nestjs/common';
import { AuthUser, LogtoContext, Public, RequireScopes } from 'nestjs-logto';

interface Book {
  title: string;
  /** The `sub` of the user or the client that added it. */
  addedBy?: string;
}

@Controller('books')
export class BooksController {
  private readonly books: Book[] = [
    { title: 'Sketch of the Analytical Engine' },
    { title: 'The Education of a Computer' },
  ];

  /** Public: needs no token. */
  @Get('count')
  @Public()
  count(): { books: number } {
    return { books: this.books.length };
  }

  /** Requires a token with the scope `read:books`. */
  @Get()
  @RequireScopes('read:books')
  list(@AuthUser() user: LogtoContext): { reader: string | undefined; books: Book[] } {
    return { reader: user.claims?.sub, books: this.books };
  }

  /** Requires a token with the scope `write:books`. `read:books` is neither enough nor required. */
  @Post()
  @RequireScopes('write:books')
  add(@Body('title') title: unknown, @AuthUser('claims') { sub }: { sub: string }): Book {
    if (typeof title !== 'string' || title === '') throw new BadRequestException('The book needs a title.');
    const book = { title, addedBy: sub };
    this.books.push(book);
    return book;
  }
}
