import { describe, expect, it } from '@jest/globals';
import { UseGuards, type CanActivate } from '@nestjs/common';
import { guardsOf, hasOwnGuards } from '../../src/nest/guards-of.js';

class FirstGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

class SecondGuard extends FirstGuard {}

@UseGuards(FirstGuard)
class BaseController {
  @UseGuards(new SecondGuard())
  guarded(): void {}

  open(): void {}
}

class InheritingController extends BaseController {}

describe('The guards of `@UseGuards()`', () => {
  it('are those of a class and of its base classes', () => {
    expect(guardsOf(BaseController)).toEqual([FirstGuard]);
    expect(guardsOf(InheritingController)).toEqual([FirstGuard]);
    expect([BaseController, InheritingController].map((type) => hasOwnGuards(type))).toEqual([true, false]);
  });

  it('are those of a handler, whose instances count by their class', () => {
    expect(guardsOf(BaseController.prototype.guarded)).toEqual([SecondGuard]);
    expect(guardsOf(BaseController.prototype.open)).toEqual([]);
  });
});
