import { Module, type DynamicModule, type Type } from '@nestjs/common';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { ConsoleController, emulatorToken } from './console.controller.js';

/** The app with a page that simulates Logto Console. Only with the embedded emulator. */
@Module({})
export class ConsoleModule {
  static forApp(app: Type, emulator: LogtoEmulator): DynamicModule {
    return {
      module: ConsoleModule,
      imports: [app],
      controllers: [ConsoleController],
      providers: [{ provide: emulatorToken, useValue: emulator }],
    };
  }
}
