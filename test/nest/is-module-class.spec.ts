import { expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { isModuleClass } from '../../src/nest/is-module-class.js';

@Module({ providers: [] })
class AppModule {}

@Injectable()
class AppService {}

it('A module class is one with `@Module()`', () => {
  const values: unknown[] = [AppModule, AppService, new AppModule(), undefined];
  expect(values.map((value) => isModuleClass(value))).toEqual([true, false, false, false]);
});
