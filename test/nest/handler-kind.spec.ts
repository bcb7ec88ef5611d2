import { describe, expect, it } from '@jest/globals';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { isGateway, isGatewayHook, isMessageHandler } from '../../src/nest/handler-kind.js';
import { decoratedMethodsOf } from '../../src/nest/decorated-methods-of.js';

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

class MessagesController {
  handleConnection(): void {}

  @MessagePattern('message')
  message(): void {}
}

describe('The handlers of a class', () => {
  it('are its decorated methods, inherited ones included', () => {
    expect(decoratedMethodsOf(Gateway as never)).toEqual([
      ['own', Gateway.prototype.own],
      ['inherited', BaseGateway.prototype.inherited],
    ]);
  });

  it('belong to a gateway by `@WebSocketGateway()`', () => {
    expect(isGateway(Gateway)).toBe(true);
    expect(isGateway(MessagesController)).toBe(false);
  });

  it('are lifecycle hooks by their name, in a gateway', () => {
    expect(isGatewayHook(Gateway, 'handleConnection')).toBe(true);
    expect(isGatewayHook(Gateway, 'own')).toBe(false);
    expect(isGatewayHook(MessagesController, 'handleConnection')).toBe(false);
  });

  it('handle messages by `@MessagePattern()`', () => {
    const { message, handleConnection } = MessagesController.prototype;
    expect([message, handleConnection].map((method) => isMessageHandler(method))).toEqual([true, false]);
  });
});
