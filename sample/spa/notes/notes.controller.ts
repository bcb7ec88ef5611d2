import { BadRequestException, Body, Controller, Delete, Get, Param, Post, UseGuards } from '@nestjs/common';
import { AuthUser, IdTokenClaims, LogtoGuard } from 'nestjs-logto';

interface Note {
  id: number;
  text: string;
}

/** The notes of each user, in memory. A script without a session gets 401. */
@Controller('api/notes')
@UseGuards(LogtoGuard)
export class NotesController {
  private readonly notes = new Map<string, Note[]>();
  private nextId = 1;

  @Get()
  list(@AuthUser('claims') { sub }: IdTokenClaims): Note[] {
    return this.notes.get(sub) ?? [];
  }

  @Post()
  add(@AuthUser('claims') { sub }: IdTokenClaims, @Body('text') text: unknown): Note {
    if (typeof text !== 'string' || text.trim() === '' || text.length > 200)
      throw new BadRequestException('A note has 1 to 200 characters.');
    const note = { id: this.nextId++, text: text.trim() };
    this.notes.set(sub, [note, ...(this.notes.get(sub) ?? [])].slice(0, 50));
    return note;
  }

  @Delete(':id')
  remove(@AuthUser('claims') { sub }: IdTokenClaims, @Param('id') id: string): Note[] {
    const left = (this.notes.get(sub) ?? []).filter((note) => String(note.id) !== id);
    this.notes.set(sub, left);
    return left;
  }
}
