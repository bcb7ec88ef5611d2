import { expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, UseGuards, type CanActivate } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { moduleMissingFor } from '../../src/nest/module-missing.js';

@Injectable()
class PageGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
@UseGuards(PageGuard)
class PageController {
  @Get()
  page(): string {
    return 'page';
  }
}

@Module({ controllers: [PageController] })
class PagesModule {}

@Module({ imports: [PagesModule] })
class AppModule {}

it('The error for a missing LogtoModule names the module of the guard', async () => {
  const app = await NestFactory.create(AppModule, { logger: false });
  const modules = app.get(ModulesContainer);
  const [guard] = [...modules.values()].flatMap(({ injectables }) =>
    [...injectables.values()].map(({ instance }) => instance as object),
  );
  expect(guard).toBeInstanceOf(PageGuard);
  expect(moduleMissingFor(guard ?? {}, modules).message).toMatch(
    /^PageGuard in PagesModule finds no LogtoModule/,
  );
  await app.close();
});
