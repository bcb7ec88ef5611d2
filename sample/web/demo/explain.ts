import { LogtoEmulatorError } from 'nestjs-logto/emulator';

/** The message to print if the sample cannot start. */
export function explain(error: unknown): string {
  if (isPortInUse(error)) {
    return (
      `\n  Port ${error.port} is in use. Stop the program that uses it, or choose another port:\n\n` +
      '    macOS, Linux      PORT=3100 npm start\n' +
      '    Windows           set "PORT=3100" && npm start\n'
    );
  }
  if (error instanceof LogtoEmulatorError) return `\n  ${error.message}\n`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isPortInUse(error: unknown): error is Error & { port: number } {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error;
}
