import { BadRequestException, Body, Controller, Get, Post } from '@nestjs/common';
import { AuthUser, LogtoContext, Public, RequireScopes } from 'nestjs-logto';

interface Book {
  title: string;
  /** Who put it on the shelf: a user, or a program. */
  addedBy?: string;
}

@Controller('books')
export class BooksController {
  private readonly books: Book[] = [
    { title: 'Sketch of the Analytical Engine' },
    { title: 'The Education of a Computer' },
  ];

  /** Everybody may ask how many there are. */
  @Get('count')
  @Public()
  count(): { books: number } {
    return { books: this.books.length };
  }

  /** Whose token has the scope `read:books`. */
  @Get()
  @RequireScopes('read:books')
  list(@AuthUser() user: LogtoContext): { reader: string | undefined; books: Book[] } {
    return { reader: user.claims?.sub, books: this.books };
  }

  /** Whose token has `write:books`; `read:books` is not enough, nor needed. */
  @Post()
  @RequireScopes('write:books')
  add(@Body('title') title: unknown, @AuthUser('claims') { sub }: { sub: string }): Book {
    if (typeof title !== 'string' || title === '') throw new BadRequestException('A book has a title.');
    const book = { title, addedBy: sub };
    this.books.push(book);
    return book;
  }
}
