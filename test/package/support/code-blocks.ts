/** A block of TypeScript in a document. */
export interface CodeBlock {
  /** The document's line that the code starts at. */
  line: number;
  code: string;
}

/** The code that fragments of the documents assume: well-known imports, and declarations of the app. */
const known = [
  `import { Controller, Delete, Get, Header, Injectable, Module, Post, Req, Res, UseGuards } from '@nestjs/common';`,
  `import { APP_GUARD } from '@nestjs/core';`,
  `import type { INestApplication } from '@nestjs/common';`,
  `import type { NextFunction, Request, Response } from 'express';`,
  `import type { IncomingMessage } from 'node:http';`,
  `import type { WebSocket } from 'ws';`,
  `declare const app: INestApplication;`,
  `declare class ConfigModule {}`,
  `declare class ConfigService { getOrThrow<T = never>(name: string): T }`,
].join(' ');

/** The TypeScript blocks of a Markdown document. */
export function codeBlocksOf(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ index, 1: code = '' }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    code,
  }));
}

/** Whether the block compiles on its own. */
export function isWholeProgram({ code }: CodeBlock): boolean {
  return /^import /m.test(code);
}

/** The block as a module, with its code on the same line as in the document. A fragment gets the code around it. */
export function moduleOf(block: CodeBlock, publicNames: readonly string[]): string {
  const { line, code } = block;
  if (isWholeProgram(block)) return `${'\n'.repeat(line - 1)}${code}`;
  const names = publicNames
    .filter((name) => name !== '' && new RegExp(`\\b${name}\\b`).test(code))
    .join(', ');
  const before = `${known} import { LogtoService as Service, ${names} } from 'nestjs-logto';`;
  const [open, close] = enclosing(code);
  return `${'\n'.repeat(line - 2)}${before} ${open}\n${close === propertyEnd ? code.replace(/;\n$/, '\n') : code}${close}\nexport {};\n`;
}

const propertyEnd = '};';

/** The code around a fragment: a class for members, an object for properties, nothing for statements. */
function enclosing(code: string): [open: string, close: string] {
  if (/^(?:@(?:Get|Post|Delete|Put|Patch|All)\b|(?:async )?\w+\([^)]*: )/.test(code))
    return ['export class Example { constructor(private readonly logto: Service) {}', '}'];
  if (/^\w+: /.test(code)) return ['export const example = {', propertyEnd];
  return ['', ''];
}
