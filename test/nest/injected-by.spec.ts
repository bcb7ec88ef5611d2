import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { injectedBy } from '../../src/nest/injected-by.js';

class ByConstructor {}
class ByProperty {}

@Injectable()
class Base {
  @Inject(ByProperty)
  readonly property!: ByProperty;

  constructor(readonly parameter: ByConstructor) {}
}

class Inheriting extends Base {}

describe('The classes that a class injects', () => {
  it('are those of its constructor and of its properties, inherited ones included', () => {
    expect(injectedBy(Base)).toEqual([ByConstructor, ByProperty]);
    expect(injectedBy(Inheriting)).toEqual([ByConstructor, ByProperty]);
  });

  it('are none without `@Inject()` and parameters', () => {
    expect(injectedBy(ByConstructor)).toEqual([]);
    expect(injectedBy('a token')).toEqual([]);
  });
});
