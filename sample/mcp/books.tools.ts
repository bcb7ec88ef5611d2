import { UseGuards } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { McpController, Tool } from '@rekog/mcp-nest';
import { AuthUser, LogtoApiGuard, RequireScopes } from 'nestjs-logto';
import { z } from 'zod';

/** The tools that an assistant may call, each with the scope that it requires. */
@McpController()
@UseGuards(LogtoApiGuard)
export class BooksTools {
  private readonly books = ['Sketch of the Analytical Engine', 'The Education of a Computer'];

  @Tool({ name: 'list-books', description: 'Lists the books of the reading room.' })
  @RequireScopes('read:books')
  list(): CallToolResult {
    return text(this.books.join('\n'));
  }

  @Tool({
    name: 'add-book',
    description: 'Adds a book to the reading room.',
    parameters: z.object({ title: z.string() }),
  })
  @RequireScopes('write:books')
  add(@Payload() { title }: { title: string }, @AuthUser('claims') { sub }: { sub: string }): CallToolResult {
    this.books.push(title);
    return text(`${sub} added ${title}`);
  }
}

const text = (content: string): CallToolResult => ({ content: [{ type: 'text', text: content }] });
