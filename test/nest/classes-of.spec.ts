import { expect, it } from '@jest/globals';
import { Controller, Injectable, Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, NestFactory } from '@nestjs/core';
import { classesOf, controllersOf } from '../../src/nest/classes-of.js';

@Controller()
class PageController {}

@Injectable()
class PageService {}

@Module({ controllers: [PageController], providers: [PageService] })
class PagesModule {}

@Module({
  imports: [DiscoveryModule, PagesModule],
  controllers: [PageController],
  providers: [
    { provide: 'factory', useFactory: () => new PageService() },
    { provide: 'value', useValue: new PageService() },
  ],
})
class AppModule {}

it('The classes of an app are its controllers and providers, each once, without factories and values', async () => {
  const app = await NestFactory.create(AppModule, { logger: false });
  const discovery = app.get(DiscoveryService);
  expect(controllersOf(discovery)).toEqual([PageController]);
  const own = classesOf(discovery).filter(({ name }) => name.startsWith('Page'));
  expect(own).toEqual([PageController, PagesModule, PageService]);
  await app.close();
});
