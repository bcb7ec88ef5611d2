import { describe, expect, it } from '@jest/globals';
import { ResolveField, Resolver } from '@nestjs/graphql';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { isGateway, isGatewayHook, isGraphqlField, isMessageHandler } from '../../src/nest/handler-kind.js';
import { methodsOf, type Method } from '../../src/nest/methods-of.js';

class BaseGateway {
  handleConnection(): void {}

  @SubscribeMessage('inherited')
  inherited(): void {}

  get accessor(): string {
    return 'accessor';
  }
}

@WebSocketGateway()
class Gateway extends BaseGateway {
  readonly property = 'property';

  @SubscribeMessage('own')
  own(): void {}
}

@Resolver()
class CardResolver {
  handleConnection(): void {}

  @ResolveField()
  title(): string {
    return 'title';
  }

  @MessagePattern('message')
  message(): void {}
}

describe('The handlers of a class', () => {
  it('are its own and its inherited methods', () => {
    expect(methodsOf(Gateway as never).map(([name]) => name)).toEqual([
      'own',
      'handleConnection',
      'inherited',
    ]);
    expect(methodsOf(Gateway as never)[2]?.[1]).toBe(BaseGateway.prototype.inherited);
  });

  it('belong to a gateway by `@WebSocketGateway()`', () => {
    expect(isGateway(Gateway)).toBe(true);
    expect(isGateway(CardResolver)).toBe(false);
  });

  it('are lifecycle hooks by their name, in a gateway', () => {
    expect(isGatewayHook(Gateway, 'handleConnection')).toBe(true);
    expect(isGatewayHook(Gateway, 'own')).toBe(false);
    expect(isGatewayHook(CardResolver, 'handleConnection')).toBe(false);
  });

  it('are fields by `@ResolveField()` and message handlers by `@MessagePattern()`', () => {
    const methods = new Map(methodsOf(CardResolver as never));
    const [title, message] = [methods.get('title') as Method, methods.get('message') as Method];
    expect([isGraphqlField(title), isMessageHandler(title)]).toEqual([true, false]);
    expect([isGraphqlField(message), isMessageHandler(message)]).toEqual([false, true]);
  });
});
